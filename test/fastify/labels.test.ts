import { mtaioFastify } from '@mtaio/fastify'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { majors, started, watched, type WatchedApp } from './watched-app.ts'

const answer = async (): Promise<string> => 'ok'

/** Asks for the paths one after the other and tells what each was counted as. */
async function labelsOf(server: WatchedApp, ...targets: string[]): Promise<string[]> {
  const found: string[] = []
  const before = server.mtaio.http.statistics.requests
  for (const [i, target] of targets.entries()) {
    const [path = '', method = 'GET'] = target.split(' ').toReversed()
    await server.ask(path, { method })
    found.push((await server.last(before + i + 1)).entry?.route ?? 'none')
  }
  return found
}

describe.each(majors)('route labels in $name', ({ fastify }) => {
  it('are the pattern of the route, with the prefixes, also for the HEAD that Fastify adds', async () => {
    await using server = await watched(fastify, (app) => {
      app.get('/users/:id', answer)
      app.register(
        async (api) => {
          api.register(async (users) => users.get('/:id', answer), { prefix: '/users' })
          api.get('/', answer)
        },
        { prefix: '/api/:tenant' },
      )
    })
    expect(
      await labelsOf(
        server,
        '/users/7?q=1',
        'HEAD /users/7',
        '/api/acme/users/7',
        '/api/x/users/x',
        '/api/acme',
      ),
    ).toEqual([
      '/users/:id',
      '/users/:id',
      '/api/:tenant/users/:id',
      '/api/:tenant/users/:id',
      '/api/:tenant',
    ])
  })

  it('are there for routes and plugins that were added before mtaio', async () => {
    const app = fastify()
    app.get('/before', answer)
    await app.register(async (child) => {
      child.get('/child/:id', answer)
      child.register(async (grandchild) => grandchild.get('/grandchild/:id', answer))
    })
    await app.register(mtaioFastify)
    app.get('/after', answer)
    await using server = await started(app)
    expect(
      await labelsOf(server, '/before', '/child/7', '/grandchild/7', '/after', '/nowhere'),
    ).toEqual(['/before', '/child/:id', '/grandchild/:id', '/after', '(unmatched)'])
  })

  it('are (unmatched) in every handler of 404, and where a route gives up', async () => {
    await using server = await watched(fastify, (app) => {
      app.get('/gives-up', (_request, reply) => reply.callNotFound())
      app.register(
        async (child) => {
          child.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing'))
        },
        { prefix: '/child' },
      )
    })
    expect(
      await labelsOf(server, '/nowhere', '/child/nowhere', 'POST /gives-up', '/gives-up'),
    ).toEqual(Array(4).fill('(unmatched)'))
  })

  it('are the wildcard and the RegExp as they were written', async () => {
    await using server = await watched(fastify, (app) => {
      app.get('/files/*', answer)
      app.get('/re/:id(^\\d+$)', answer)
    })
    expect(await labelsOf(server, '/files/a/b', '/re/7')).toEqual(['/files/*', '/re/:id(^\\d+$)'])
  })

  it('are read without the object that Fastify makes of a route at each reading', async () => {
    const readings = vi.fn()
    await using server = await watched(fastify, (app) => {
      app.addHook('onRequest', async (request) => {
        const { routeOptions } = request
        Object.defineProperty(request, 'routeOptions', {
          get: () => (readings(), routeOptions),
        })
      })
      app.get('/users/:id', answer)
    })
    expect(await labelsOf(server, '/nowhere', '/users/7', '/users/8', '/nowhere')).toEqual([
      '(unmatched)',
      '/users/:id',
      '/users/:id',
      '(unmatched)',
    ])
    // Until the first route that matched, to learn where else it is.
    expect(readings).toHaveBeenCalledTimes(2)
  })

  it('are what the app says, before what the router says', async () => {
    await using server = await watched(fastify, (app) => {
      app.get('/users/:id', async (request) => {
        expect(request.mtaio.route).toBe('/users/:id')
        request.mtaio.route = '/people/:id'
        return 'ok'
      })
      app.setNotFoundHandler((request, reply) => {
        request.mtaio.route = '/files/*'
        return reply.send('a file')
      })
    })
    expect(await labelsOf(server, '/users/7', '/files/a/b')).toEqual(['/people/:id', '/files/*'])
  })

  it('are counted where mtaio is registered, and not beside', async () => {
    const app = fastify()
    let inner!: FastifyInstance
    await app.register(
      async (child) => {
        await child.register(mtaioFastify)
        child.get('/users/:id', answer)
        inner = child
      },
      { prefix: '/:tenant' },
    )
    app.get('/beside', answer)
    await using outer = await started(app)
    await outer.ask('/beside')
    const server = { ...outer, mtaio: inner.mtaio }
    server.last = async () => [...inner.mtaio.http.log.recent].at(-1)!
    expect(await labelsOf(server, '/acme/users/7')).toEqual(['/:tenant/users/:id'])
    expect(inner.mtaio.http.statistics.requests).toBe(1)
    expect((await outer.ask('/acme/_monitor/api/snapshot')).status).toBe(200)
    expect((await outer.ask('/_monitor/api/snapshot')).status).toBe(404)
  })
})
