import { mtaioExpress } from '@mtaio/express'
import type { Request, Response } from 'express'
import { describe, expect, it } from 'vitest'
import { serve, until } from '../support/raw-http.ts'
import { versions } from './express-majors.ts'

// In a file of its own: what follows the routers of a copy of Express stays for the process.
describe('the label of a router that was mounted before mtaio was', () => {
  for (const { name, express } of versions) {
    const keepsPaths = !name.includes('router 2.2')

    it(`is ${keepsPaths ? 'its path' : 'what is sure of it'} in ${name}`, async () => {
      const users = express.Router({ mergeParams: true })
      users.get('/:id', (_req: Request, res: Response) => void res.send('ok'))
      const tenants = express.Router()
      tenants
        .use('/Plain/', users)
        .use(/\/rx\d/, users)
        .use('/:tenant/users', users)

      const app = express()
      const middleware = mtaioExpress()
      const { http } = middleware.mtaio
      app.use(middleware)
      app.use('/api/:v', tenants)
      await using server = await serve(app)
      const paths = ['/api/1/PLAIN/7', '/api/1/rx1/7', '/api/1/x/users/7', '/api/1/plain/7']
      for (const [i, path] of paths.entries()) {
        await server.ask(path)
        await until('it is counted', () => http.statistics.requests === i + 1)
      }
      await middleware.mtaio.stop()
      const routes = Array.from(http.log.recent, (request) => request.entry?.route)
      expect(routes).toEqual(
        keepsPaths
          ? [
              '/api/:v/Plain/:id',
              String.raw`/api/:v/\/rx\d//:id`,
              '/api/:v/:tenant/users/:id',
              '/api/:v/Plain/:id',
            ]
          : ['/api/:v/plain/:id', '/api/:v/*/:id', '/api/:v/*tenant/:id', '/api/:v/plain/:id'],
      )
    })
  }
})
