import { mtaioExpress, type MtaioExpress } from '@mtaio/express'
import type { Express, Handler, NextFunction, Request, Response, Router } from 'express'
import { describe, expect, it } from 'vitest'
import { serve, until } from '../support/raw-http.ts'
import { majors, versions } from './express-majors.ts'

const answer = (_req: Request, res: Response): void => void res.send('ok')
const fail = (): never => {
  throw new Error('broken')
}
const pass = (_req: Request, _res: Response, next: NextFunction): void => next()

for (const { name, express } of versions) {
  describe(`route labels in ${name}`, () => {
    /** Asks for the paths one after the other and tells what each was counted as. */
    async function labels(
      build: (app: Express, router: () => Router) => void,
      ...paths: readonly (string | [method: string, path: string])[]
    ): Promise<string[]> {
      const app = express()
      app.set('env', 'test')
      const monitoring: MtaioExpress = mtaioExpress()
      app.use(monitoring)
      build(app, () => express.Router({ mergeParams: true }))
      await using server = await serve(app)
      const { http } = monitoring.mtaio
      const found: string[] = []
      for (const [i, asked] of paths.entries()) {
        const [method, path] = typeof asked === 'string' ? ['GET', asked] : asked
        await server.ask(path, { method })
        await until('the request is counted', () => http.statistics.requests === i + 1)
        found.push([...http.log.recent].at(-1)?.entry?.route ?? 'none')
      }
      await monitoring.mtaio.stop()
      return found
    }

    it('are the pattern of the route', async () => {
      expect(await labels((app) => app.get('/users/:id', answer), '/users/7?q=1')).toEqual([
        '/users/:id',
      ])
    })

    it('go through nested routers and mounts with parameters, one label for 1,000 tenants', async () => {
      const build = (app: Express, router: () => Router): void => {
        const users = router().get('/:id', answer).get('/', answer)
        app.use('/api/v1/:tenant', router().use('/users', users))
      }
      expect(
        await labels(build, '/api/v1/acme/users/7', '/api/v1/acme/users', '/api/v1/x/users/x'),
      ).toEqual(['/api/v1/:tenant/users/:id', '/api/v1/:tenant/users', '/api/v1/:tenant/users/:id'])
    })

    it('are one, in whatever case a client writes the path', async () => {
      const build = (app: Express, router: () => Router): void => {
        app.use('/api/:tenant', router().get('/users', answer))
      }
      const paths = ['/api/acme/users', '/API/acme/users', '/aPi/acme/USERS']
      expect(await labels(build, ...paths)).toEqual(paths.map(() => '/api/:tenant/users'))
    })

    it('do not depend on what the first request was like', async () => {
      const leaf = (router: () => Router): Router => router().get('/leaf', answer)
      const wildcard = name === 'Express 4' ? '/files/*' : '/files/*path'
      const build = (app: Express, router: () => Router): void => {
        app.use('/Api/:t', leaf(router))
        app.use('/v:ver/x', leaf(router))
        app.use(wildcard, router().get('/', answer))
        app.use(['/p/:a/', '/q/:b'], leaf(router))
      }
      const paths = ['/aPI/x/leaf', '/v1/x/leaf', '/files/a/b', '/q/1/leaf', '/api/y/leaf']
      expect(await labels(build, ...paths)).toEqual([
        '/Api/:t/leaf',
        '/v:ver/x/leaf',
        wildcard,
        '/p/:a|/q/:b/leaf',
        '/Api/:t/leaf',
      ])
    })

    it('are the own pattern of a route in a router that a function calls', async () => {
      const build = (app: Express, router: () => Router): void => {
        const api = router().get('/users/:id', answer).get('/fail', fail)
        app.use('/api/:tenant', (req, res, next) => api(req, res, next))
      }
      const paths = ['/api/x/users/1', '/api/y/users/2', '/api/x/fail']
      expect(await labels(build, ...paths)).toEqual(['/users/:id', '/users/:id', '/fail'])
    })

    it('leave out a mount whose router passed the request on', async () => {
      const build = (app: Express, router: () => Router): void => {
        app.use('/api/:x', router().get('/users', pass))
        app.use('/api', (_req, _res, next) => next(), router().get('/:any/users', answer))
        app.get('/other', answer)
      }
      expect(await labels(build, '/api/x/users', '/other')).toEqual(['/api/:any/users', '/other'])
    })

    it('leave out a mount whose router was passed over by the next of the app', async () => {
      const build = (app: Express, router: () => Router): void => {
        app.use('/api', (req, res, next) => {
          router().get('/users', () => next())(req, res, fail)
        })
        app.get('/api/:any', answer)
      }
      expect(await labels(build, '/api/users')).toEqual(['/api/:any'])
    })

    it('are of the route that a request was sent on to inside the app', async () => {
      const build = (app: Express): void => {
        app.get('/new/:id', answer)
        app.get('/old/:id', (req, res, next) => {
          req.url = `/new/${req.params['id']}`
          app(req, res, next)
        })
      }
      expect(await labels(build, '/old/1')).toEqual(['/new/:id'])
    })

    it('are of the route whose parameters were refused', async () => {
      const build = (app: Express, router: () => Router): void => {
        const users = router().get('/:user', answer)
        users.param('user', (_req, _res, next) => next(new Error('no such user')))
        app.use('/users', users)
      }
      expect(await labels(build, '/users/7')).toEqual(['/users/:user'])
    })

    it('are of the route that has a router as its handler', async () => {
      const build = (app: Express, router: () => Router): void => {
        app.get('/files/:name', router().use(answer))
        app.get('/inner/:name', router().get('/inner/:own', answer))
      }
      expect(await labels(build, '/files/a', '/inner/a')).toEqual(['/files/:name', '/inner/:own'])
    })

    it('are few for a router that is mounted in itself', async () => {
      const build = (app: Express, router: () => Router): void => {
        const loop = router().get('/leaf', answer)
        app.use('/base', loop.use('/a', loop))
      }
      const paths = ['/base/leaf', '/base/a/leaf', '/base/a/a/leaf', '/base/a/a/a/leaf']
      expect(new Set(await labels(build, ...paths))).toEqual(new Set(['/base/leaf']))
    })

    it('go through routers of another copy of Express', async () => {
      for (const { express: other } of majors) {
        const build = (app: Express): void => {
          const inner = other.Router().get('/leaf', answer).get('/fail', fail)
          app.use('/sub/:s', other.Router().use('/deep/:d', inner))
        }
        expect(await labels(build, '/sub/1/deep/2/leaf', '/sub/1/deep/2/fail')).toEqual([
          '/sub/:s/deep/:d/leaf',
          '/sub/:s/deep/:d/fail',
        ])
      }
    })

    it('go through what others put around a router, and take nothing else for one', async () => {
      const build = (app: Express, router: () => Router): void => {
        const users = router().get('/:id', answer)
        const around: Handler = (req, res, next) => users(req, res, next)
        app.use('/users', Object.assign(around, { stack: users.stack }))
        const others = [[], [null], ['text'], [{ route: '', handle: answer }]]
        for (const stack of others) app.use(Object.assign(pass.bind(null), { stack }))
        app.get('/last', answer)
      }
      expect(await labels(build, '/users/7', '/last')).toEqual(['/users/:id', '/last'])
    })

    it('go through mounted apps of another copy of Express, once one has answered', async () => {
      for (const { express: other } of majors) {
        const build = (app: Express): void => {
          const inner = other().use('/deep/:d', other.Router().get('/leaf', answer))
          app.use('/sub/:s', inner)
        }
        const paths = ['/sub/1/deep/2/leaf', '/sub/3/deep/4/leaf']
        expect((await labels(build, ...paths))[1]).toBe('/sub/:s/deep/:d/leaf')
      }
    })

    it('never guess by values', async () => {
      const build = (app: Express, router: () => Router): void => {
        app.use('/:a/b', router().get('/:c/d', answer))
      }
      expect(await labels(build, '/b/b/b/d', '/d/b/d/d')).toEqual(['/:a/b/:c/d', '/:a/b/:c/d'])
    })

    it('are the same after an error as after success', async () => {
      const build = (app: Express, router: () => Router): void => {
        const users = router().get('/:id/late', (_req, _res, next) =>
          setImmediate(() => next(new Error('late'))),
        )
        app.use('/api/:tenant', router().use('/users', users.get('/:id', fail)))
      }
      expect(await labels(build, '/api/acme/users/7', '/api/acme/users/7/late')).toEqual([
        '/api/:tenant/users/:id',
        '/api/:tenant/users/:id/late',
      ])
    })

    it('are one text for an array, a RegExp, and a path that is left out', async () => {
      const build = (app: Express, router: () => Router): void => {
        app.get(['/a/:x', '/b'], answer)
        app.get(/^\/re(\d+)$/, answer)
        app.use(['/m/:x', '/n'], router().get('/leaf', answer))
        app.use(/\/rx\d/, router().get('/leaf', answer))
        app.use(router().use(router().get('/bare', answer)))
      }
      const paths = ['/a/1', '/b', '/re12', '/m/1/leaf', '/n/leaf', '/rx1/leaf', '/bare']
      expect(await labels(build, ...paths)).toEqual([
        '/a/:x|/b',
        '/a/:x|/b',
        String.raw`/^\/re(\d+)$/`,
        '/m/:x|/n/leaf',
        '/m/:x|/n/leaf',
        String.raw`/\/rx\d//leaf`,
        '/bare',
      ])
    })

    it('tell the mounts of a router that is mounted twice apart', async () => {
      const build = (app: Express, router: () => Router): void => {
        const shared = router().get('/list/:x', answer)
        app.use('/one/:a', shared)
        app.use('/two', shared)
      }
      expect(await labels(build, '/one/1/list/2', '/two/list/1')).toEqual([
        '/one/:a/list/:x',
        '/two/list/:x',
      ])
    })

    it('are (unmatched) without a route, whoever answers', async () => {
      const build = (app: Express): void => {
        app.use('/static', (req, res, next) => (req.url === '/file' ? res.send('file') : next()))
        app.get('/known', answer)
      }
      expect(await labels(build, '/nothing', '/static/file', ['POST', '/known'])).toEqual([
        '(unmatched)',
        '(unmatched)',
        '(unmatched)',
      ])
    })

    it('are (unmatched) where a route called next() and nothing answered', async () => {
      const build = (app: Express, router: () => Router): void => {
        app.get('/users/:id', pass)
        app.use('/api', router().get('/users/:id', pass))
      }
      expect(await labels(build, '/users/7', '/api/users/7')).toEqual([
        '(unmatched)',
        '(unmatched)',
      ])
    })

    it("are (unmatched) where a route called next() and the app's own 404 answered", async () => {
      const build = (app: Express, router: () => Router): void => {
        app.get('/health', pass)
        app.get('/skip', (_req, _res, next) => next('route'))
        app.use('/api', router().get('/users/:id', pass))
        app.use((_req, res) => res.status(404).json({ error: 'not found' }))
      }
      const paths = ['/health', '/skip', '/api/users/7']
      expect(await labels(build, ...paths)).toEqual(paths.map(() => '(unmatched)'))
    })

    it('keep the route that answered and then called next()', async () => {
      const build = (app: Express, router: () => Router): void => {
        const users = router().get('/:id', (_req, res, next) => {
          res.json({})
          next()
        })
        app.use('/users', users)
      }
      expect(await labels(build, '/users/7')).toEqual(['/users/:id'])
    })

    it('keep the route whose answer is sent by what comes after all routes', async () => {
      const build = (app: Express, router: () => Router): void => {
        const orders = router().get('/:id', (_req, res, next) => {
          res.locals['body'] = {}
          next()
        })
        app.use('/orders', orders)
        app.use((_req, res, next) => {
          if (res.locals['body'] === undefined) next()
          else res.json(res.locals['body'])
        })
      }
      expect(await labels(build, '/orders/7', '/nothing')).toEqual(['/orders/:id', '(unmatched)'])
    })

    it('keep the route whose handler answered 404 itself', async () => {
      const build = (app: Express): void => {
        app.get('/users/:id', (_req, res) => void res.status(404).send('no such user'))
      }
      expect(await labels(build, '/users/7')).toEqual(['/users/:id'])
    })

    it("are those of the route that next('route') went on to", async () => {
      const build = (app: Express): void => {
        app.get('/users/new', (_req, _res, next) => next('route'))
        app.get('/users/:id', answer)
      }
      expect(await labels(build, '/users/new')).toEqual(['/users/:id'])
    })

    it('are (unmatched) for the answer to OPTIONS that Express gives by itself', async () => {
      expect(await labels((app) => app.get('/users/:id', answer), ['OPTIONS', '/users/7'])).toEqual(
        ['(unmatched)'],
      )
    })

    it('are that of the GET route for HEAD', async () => {
      expect(await labels((app) => app.get('/users/:id', answer), ['HEAD', '/users/7'])).toEqual([
        '/users/:id',
      ])
    })

    it('go through apps that are mounted in the app, also when the first request fails', async () => {
      const build = (app: Express, router: () => Router): void => {
        const inner = express()
        inner.set('env', 'test')
        inner.use('/deep/:d', router().get('/leaf', fail).get('/fine', answer))
        const middle = express()
        middle.set('env', 'test')
        middle.use('/middle', inner)
        middle.get('/own', answer)
        app.use('/sub/:s', middle)
      }
      const paths = ['/sub/1/middle/deep/2/leaf', '/sub/1/middle/deep/2/fine', '/sub/1/own']
      expect(await labels(build, ...paths)).toEqual([
        '/sub/:s/middle/deep/:d/leaf',
        '/sub/:s/middle/deep/:d/fine',
        '/sub/:s/own',
      ])
    })

    it('go through a mounted app whose first request leaves it at once', async () => {
      const build = (app: Express): void => {
        const inner = express()
        inner.set('env', 'test')
        inner.get('/fail', fail).get('/other', answer)
        app.use('/sub/:s', inner)
      }
      expect(await labels(build, '/sub/1/fail')).toEqual(['/sub/:s/fail'])
    })

    it('go through the mount of the app that mtaio is used in', async () => {
      const [outer, inner] = [express(), express()]
      const middleware = mtaioExpress()
      inner.use(middleware)
      inner.get('/leaf/:k', answer)
      outer.use('/sub/:s', inner)
      await using server = await serve(outer)
      await server.ask('/sub/1/leaf/2')
      const { http } = middleware.mtaio
      await until('the request is counted', () => http.statistics.requests === 1)
      expect(Array.from(http.routes, ({ route }) => route)).toEqual(['/sub/:s/leaf/:k'])
      await middleware.mtaio.stop()
    })

    it('are found without a call of an app for anything but a request', async () => {
      const asked: unknown[] = []
      const build = (app: Express): void => {
        const inner = express() as Express & { handle: (...args: unknown[]) => unknown }
        inner.set('env', 'test')
        const { handle } = inner
        inner.handle = async (req, ...rest) => {
          const { url, headers } = req as Request
          asked.push(url)
          await Promise.resolve(headers.host?.length)
          return handle.call(inner, req, ...rest)
        }
        inner.get('/leaf', answer)
        app.use('/sub/:s', inner)
      }
      expect(await labels(build, '/sub/1/leaf')).toEqual(['/sub/:s/leaf'])
      expect(asked).toEqual(['/leaf'])
    })

    it('are known of routes that are added while requests come', async () => {
      const users = express.Router()
      const build = (app: Express): void => {
        app.use('/users/:tenant', users)
        app.get('/add', (_req, res) => {
          users.get('/late/:id', answer)
          app.get('/later/:id', fail)
          res.send('added')
        })
      }
      expect(await labels(build, '/add', '/users/x/late/1', '/later/1')).toEqual([
        '/add',
        '/users/:tenant/late/:id',
        '/later/:id',
      ])
    })

    it('are what the app says by setRoute', async () => {
      const app = express()
      const { mtaio, ...rest } = { ...mtaioExpress() }
      expect(rest).toEqual({})
      app.use(mtaioExpress({ mtaio }))
      app.use((req, res) => {
        mtaio.setRoute(req, '/pages/:slug')
        res.send('page')
      })
      await using server = await serve(app)
      await server.ask('/pages/one')
      await until('the request is counted', () => mtaio.http.statistics.requests === 1)
      expect([...mtaio.http.routes].map(({ name: label }) => label)).toEqual(['GET /pages/:slug'])
      await mtaio.stop()
    })

    it('of routers that only a function calls take no walk through all others at each request', async () => {
      const app = express()
      app.set('env', 'test')
      const monitoring: MtaioExpress = mtaioExpress()
      app.use(monitoring)
      const seen = express.Router().get('/seen', answer)
      const { stack } = seen
      let looks = 0
      Object.defineProperty(seen, 'stack', { get: () => (looks++, stack) })
      app.use('/v1', seen)
      const hidden = express.Router().get('/a', answer).get('/b', answer)
      app.use('/v2', (req, res, next) => hidden(req, res, next))
      // Made anew for each request.
      app.use('/v3', (req, res, next) => express.Router().get('/c', answer)(req, res, next))
      await using server = await serve(app)
      const { http } = monitoring.mtaio
      const ask = async (path: string): Promise<void> => {
        await server.ask(path)
      }
      for (let i = 0; i < 20; i++) for (const path of ['/v2/a', '/v2/b', '/v3/c']) await ask(path)
      await until('they are counted', () => http.statistics.requests === 60)
      // A request itself looks once; a walk some times more.
      const before = looks
      for (let i = 0; i < 20; i++) for (const path of ['/v2/a', '/v2/b']) await ask(path)
      await until('they are counted', () => http.statistics.requests === 100)
      expect(looks - before).toBeLessThanOrEqual(before / 2)
      expect([...http.routes].map(({ route }) => route).toSorted()).toEqual(['/a', '/b', '/c'])
      await monitoring.mtaio.stop()
    })

    it('survive /%zz and a target with a host', async () => {
      const build = (app: Express): void => void app.get('/users/:id', answer)
      expect(await labels(build, '/users/%zz', 'http://other.test/users/7')).toEqual([
        '(unmatched)',
        '/users/:id',
      ])
    })
  })
}
