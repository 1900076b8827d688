import { createMtaio, mtaioExpress, type Mtaio } from '@mtaio/express'
import type { Express, NextFunction, Request, Response } from 'express'
import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { requestText, serve, serveOn, until, type TestServer } from '../support/raw-http.ts'
import { versions } from './express-majors.ts'

const opened: Mtaio[] = []
afterEach(async () => {
  for (const mtaio of opened.splice(0)) await mtaio.stop()
})

interface Layers {
  readonly stack: readonly { readonly name: string }[]
}

/** Without what differs anyway: the date, and in the page of an error the stack with its length. */
function comparable(text: string): string {
  const plain = text.replace(/Date: .*/, '')
  return plain.includes('<pre>')
    ? plain.replace(/Content-Length: .*/, '').replace(/<br> &nbsp;.*?<\/pre>/s, '')
    : plain
}

for (const { name, express } of versions) {
  const fails = (error: unknown) => (): never => {
    throw error
  }

  /** An app that is watched, and the same app bare. */
  async function pair(
    build: (app: Express) => void,
  ): Promise<{ watched: TestServer; bare: TestServer; mtaio: Mtaio }> {
    const middleware = mtaioExpress()
    opened.push(middleware.mtaio)
    const [watched, bare] = [express(), express()]
    watched.use(middleware)
    for (const app of [watched, bare]) {
      app.set('env', 'test')
      build(app)
    }
    return { watched: await serve(watched), bare: await serve(bare), mtaio: middleware.mtaio }
  }

  /** Asks both for the path; the answers must be the same. The record of the watched one. */
  async function compare(build: (app: Express) => void, path = '/fail') {
    const { watched, bare, mtaio } = await pair(build)
    await using _watched = watched
    await using _bare = bare
    const [seen, wanted] = [await watched.ask(path), await bare.ask(path)]
    expect(comparable(seen.text)).toBe(comparable(wanted.text))
    await until('it is counted', () => mtaio.http.statistics.requests === 1)
    expect(mtaio.http.inFlight.size).toBe(0)
    const [request] = mtaio.http.log.recent
    if (request === undefined) throw new Error('No request was kept')
    return { request, answer: seen }
  }

  describe(`errors in ${name}`, () => {
    it('that a handler throws are on the record with their stack, and Express answers', async () => {
      const { request, answer } = await compare((app) =>
        app.get('/fail', fails(new TypeError('broken'))),
      )
      expect(answer.status).toBe(500)
      expect(request).toMatchObject({ outcome: 'error', status: 500, name: 'GET /fail' })
      expect(request.error).toMatchObject({ name: 'TypeError', message: 'broken' })
      expect(request.error?.stack).toContain('express.test.ts')
    })

    it('that are passed to next() are on the record', async () => {
      const build = (app: Express): void =>
        void app.get('/fail', (_req, _res, next) => setImmediate(() => next(new Error('late'))))
      expect((await compare(build)).request.error?.message).toBe('late')
    })

    it("that the app's own handler answers are on the record with the status it gave", async () => {
      const build = (app: Express): void => {
        app.get('/fail', fails(new Error('bad input')))
        app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
          res.status(422).json({ message: error.message })
        })
      }
      const { request, answer } = await compare(build)
      expect(answer.body).toBe('{"message":"bad input"}')
      expect(request).toMatchObject({ outcome: 'ok', status: 422, error: { message: 'bad input' } })
    })

    it('that a handler inside a nested router answers are on the record', async () => {
      const build = (app: Express): void => {
        const router = express.Router()
        router.get('/fail', fails(new Error('inner')))
        router.use((_error: Error, _req: Request, res: Response, _next: NextFunction) => {
          res.status(503).end()
        })
        app.use('/api/:tenant', router)
      }
      const { request } = await compare(build, '/api/x/fail')
      expect(request).toMatchObject({
        outcome: 'error',
        name: 'GET /api/:tenant/fail',
        error: { message: 'inner' },
      })
    })

    it("of next('route') and next('router') are none", async () => {
      const build = (app: Express): void => {
        const router = express.Router()
        router.get('/fail', (_req, _res, next) => next('router'))
        app.get('/fail', (_req, _res, next) => next('route'))
        app.use(router)
        app.get('/fail', (_req, res) => void res.send('fine'))
      }
      const { request } = await compare(build)
      expect(request).toMatchObject({ outcome: 'ok', status: 200 })
      expect(request.error).toBeUndefined()
    })

    it('after the response had begun are errors, and nothing of mtaio answers', async () => {
      const build = (app: Express): void =>
        void app.get('/fail', (_req, res, next) => {
          res.write('begun')
          next(new Error('midway'))
        })
      const { request } = await compare(build)
      expect(request).toMatchObject({ outcome: 'error', status: 200, error: { message: 'midway' } })
    })

    it('of a second next() change nothing', async () => {
      const build = (app: Express): void =>
        void app.get('/fail', (_req, res, next) => {
          res.send('sent')
          next()
          next()
        })
      const { request } = await compare(build)
      expect(request).toMatchObject({ outcome: 'ok', status: 200 })
    })

    it.each([['text'], [Object.freeze(new Error('frozen'))], [{ status: 418 }], [null]])(
      'may be anything',
      async (thrown) => {
        const { answer } = await compare((app) => app.get('/fail', fails(thrown)))
        expect(answer.status).toBeGreaterThanOrEqual(400)
      },
    )

    it('of a parameter that was refused are on the record', async () => {
      const build = (app: Express): void => {
        app.param('id', (_req, _res, next) => next(new Error('no such id')))
        app.get('/:id', (_req, res) => void res.end())
      }
      const { request } = await compare(build)
      expect(request).toMatchObject({ name: 'GET /:id', error: { message: 'no such id' } })
    })

    it('of middleware with nothing behind it are on the record', async () => {
      const { request } = await compare((app) => app.use('/fail', fails(new Error('early'))))
      expect(request).toMatchObject({ outcome: 'error', error: { message: 'early' } })
    })

    // Express 4 does not look at what a handler returns.
    if (name !== 'Express 4') {
      it('of a promise that is rejected are on the record', async () => {
        const { request } = await compare((app) =>
          app.get('/fail', async () => Promise.reject(new Error('rejected'))),
        )
        expect(request).toMatchObject({ outcome: 'error', error: { message: 'rejected' } })
      })
    }
  })

  describe(`mtaioExpress in ${name}`, () => {
    it('serves the page and counts it not', async () => {
      const { watched, bare, mtaio } = await pair((app) =>
        app.get('/', (_req, res) => void res.send('hello')),
      )
      await using _watched = watched
      await using _bare = bare
      await watched.ask('/')
      const answer = await watched.ask('/_monitor/api/routes?window=all')
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.body)).toMatchObject([{ method: 'GET', route: '/', count: 1 }])
      expect(mtaio.http.statistics.requests).toBe(1)
    })

    it('counts a request under the pattern that the app says, also in a mounted app', async () => {
      const { watched, bare, mtaio } = await pair((app) => {
        const files = express()
        // The bare app has no `mtaio` on its requests.
        files.use((req: Partial<Pick<Request, 'mtaio'>>, res: Response) => {
          if (req.mtaio !== undefined) req.mtaio.route = '/files/*'
          res.end()
        })
        app.use('/files', files)
      })
      await using _watched = watched
      await using _bare = bare
      for (const path of ['/files/a', '/files/b/c']) await watched.ask(path)
      await until('both are counted', () => mtaio.http.statistics.requests === 2)
      expect(Array.from(mtaio.http.log.recent, (request) => request.name)).toEqual([
        'GET /files/*',
        'GET /files/*',
      ])
    })

    it('has spans of the handler in the trace of the request', async () => {
      const { watched, bare, mtaio } = await pair((app) => {
        app.use(express.json())
        app.post('/fail', (_req, res) => {
          const later = mtaio.profiler.traceContext('work', async () => Promise.resolve())
          void later.then(() => res.end())
        })
      })
      await using _watched = watched
      await using _bare = bare
      await watched.ask('/fail', {
        method: 'POST',
        body: '{"a":1}',
        headers: { 'content-type': 'application/json' },
      })
      await until('it is counted', () => mtaio.http.statistics.requests === 1)
      const [request] = mtaio.http.log.recent
      expect(request?.spans?.map((span) => span.name)).toEqual(['work'])
    })

    it('shared by two apps counts both, each request once, with the labels of its app', async () => {
      const mtaio = createMtaio()
      opened.push(mtaio)
      const [shop, admin] = [express(), express()]
      shop.use(mtaioExpress({ mtaio }))
      shop.get('/shop/:id', (_req, res) => void setTimeout(() => res.end(), 10))
      const middleware = mtaioExpress({ mtaio })
      admin.use(middleware)
      admin.use(middleware)
      admin.get('/admin/:id', (_req, res) => void res.end())
      await using first = await serve(shop)
      await using second = await serve(admin)
      await Promise.all([first.ask('/shop/1'), second.ask('/admin/1')])
      await until('both are counted', () => mtaio.http.statistics.requests === 2)
      expect([...mtaio.http.routes].map((entry) => entry.name).toSorted()).toEqual([
        'GET /admin/:id',
        'GET /shop/:id',
      ])
    })

    it('lets a request that waits see every layer that is added meanwhile', async () => {
      const held: NextFunction[] = []
      const { watched, bare } = await pair((app) => {
        app.use('/slow', (_req, _res, next) => void held.push(next))
        app.get('/add', (_req, res) => {
          app.use('/slow', (_req2, _res2, next) => void held.push(next))
          app.get('/slow', (_req2, res2) => void res2.send('late'))
          res.end()
        })
      })
      await using _watched = watched
      await using _bare = bare
      for (const server of [watched, bare]) {
        const waits = server.ask('/slow')
        await until('it waits', () => held.length === 1)
        await server.ask('/add')
        held.pop()?.()
        await until('it waits again', () => held.length === 1)
        await server.ask('/other')
        held.pop()?.()
        expect((await waits).body).toBe('late')
      }
    })

    it('adds no more layers to an app that puts routes in and takes them out', async () => {
      const { watched, bare, mtaio } = await pair((app) => {
        type Routed = { readonly stack: { readonly route?: { readonly path: string } }[] }
        const layers = app as never as { router: Routed; _router?: Routed }
        let stack: Routed['stack'] = []
        app.get('/count', (_req, res) => void res.json(stack.length))
        app.get('/put/:name', (req, res) => {
          stack = (layers._router ?? layers.router).stack
          app.get(`/added/${req.params.name}`, (_req, answer) => void answer.send('added'))
          res.end()
        })
        app.get('/take/:name', (req, res) => {
          const path = `/added/${req.params.name}`
          const at = stack.findIndex((layer) => layer.route?.path === path)
          stack.splice(at, 1)
          res.end()
        })
      })
      await using _watched = watched
      await using _bare = bare
      const counts: number[] = []
      for (let i = 0; i < 5; i++) {
        await watched.ask(`/put/${i}`)
        expect((await watched.ask(`/added/${i}`)).body).toBe('added')
        await watched.ask(`/take/${i}`)
        expect((await watched.ask(`/added/${i}`)).status).toBe(404)
        counts.push(Number((await watched.ask('/count')).body))
      }
      expect(new Set(counts).size).toBe(1)
      await until('all are counted', () => mtaio.http.statistics.requests === 25)
      const names = Array.from(mtaio.http.routes, (entry) => entry.name)
      expect(names).toContain('GET /added/4')
      expect(names).toContain('GET (unmatched)')
    })

    it('adds two layers to the app, and moves none of its own', async () => {
      const { watched, bare, mtaio } = await pair((app) => {
        const layers = app as never as { router: Layers; _router?: Layers }
        app.get('/layers', (_req, res) => void res.json((layers._router ?? layers.router).stack))
      })
      await using _watched = watched
      await using _bare = bare
      const namesOf = async (server: TestServer): Promise<string[]> =>
        (JSON.parse((await server.ask('/layers')).body) as Layers['stack']).map(
          (layer) => layer.name,
        )
      const names = await namesOf(watched)
      const ours = ['mtaioMiddleware', 'afterAll']
      expect(names.filter((layer) => ours.includes(layer))).toEqual(ours)
      expect(names.filter((layer) => !ours.includes(layer))).toEqual(await namesOf(bare))
      expect(mtaio.http.statistics.requests).toBe(1)
    })

    it('follows an app that it is put into by another function, or in a router', async () => {
      const middleware = mtaioExpress()
      opened.push(middleware.mtaio)
      const app = express()
      app.set('env', 'test')
      app.use(
        '/:a',
        express
          .Router()
          .use(middleware)
          .get('/users/:id', fails(new Error('bad'))),
      )
      await using server = await serve(app)
      for (let asked = 1; asked <= 2; asked++) {
        await server.ask('/x/users/7')
        await until('it is counted', () => middleware.mtaio.http.statistics.requests === asked)
      }
      const label = Array.from(middleware.mtaio.http.log.recent, (request) => request.name).at(-1)
      expect(label).toBe('GET /:a/users/:id')
    })

    it.each([true, false])(
      'with enabled: %s is fine in a router without an app',
      async (enabled) => {
        const middleware = mtaioExpress({ enabled })
        const { http } = middleware.mtaio
        opened.push(middleware.mtaio)
        const router = express.Router().use(middleware)
        router.get('/users/:id', (_req, res) => void res.end('user'))
        await using server = await serve((req, res) => {
          router(req as Request, res as Response, () => void res.writeHead(404).end('nothing'))
        })
        expect((await server.ask('/users/7')).body).toBe('user')
        expect((await server.ask('/nothing')).body).toContain('nothing')
        if (!enabled) return
        expect((await server.ask('/_monitor/health')).status).toBe(200)
        await until('both are counted', () => http.statistics.requests === 2)
        const names = Array.from(http.log.recent, (request) => request.name)
        expect(names).toEqual(['GET /users/:id', 'GET (unmatched)'])
      },
    )

    it('in an app that is mounted in another one keeps its page out of the figures of both', async () => {
      const [outer, inner] = [mtaioExpress(), mtaioExpress()]
      opened.push(outer.mtaio, inner.mtaio)
      const admin = express().use(inner)
      admin.get('/users', (_req, res) => void res.end('users'))
      await using server = await serve(express().use(outer).use('/admin', admin))
      const stream = await server.connect()
      stream.write(requestText('/admin/_monitor/api/stream'))
      await until('somebody watches', () => inner.mtaio.status.viewers === 1)
      for (const path of ['/', '/api/snapshot', '/api/nothing', '/metrics']) {
        await server.ask(`/admin/_monitor${path}`)
      }
      await server.ask('/admin/users')
      for (const { mtaio } of [outer, inner]) {
        await until('the app is counted', () => mtaio.http.statistics.requests > 0)
        expect(mtaio.http.inFlight.size).toBe(0)
        const names = Array.from(mtaio.http.log.recent, (request) => request.name)
        expect(names).toEqual(['GET /admin/users'])
      }
      stream.destroy()
      await until('nobody watches', () => inner.mtaio.status.viewers === 0)
      expect(outer.mtaio.http.statistics.requests).toBe(1)
    })

    it('lets the app have a property of its own in the place of req.mtaio', async () => {
      const { watched, bare } = await pair((app) => {
        app.get('/', (req: { mtaio?: unknown }, res) => {
          req.mtaio = 'own'
          res.json([req.mtaio, Object.keys(req).includes('mtaio')])
        })
      })
      await using _watched = watched
      await using _bare = bare
      expect((await watched.ask('/')).body).toBe((await bare.ask('/')).body)
    })

    it('with enabled: false does nothing', async () => {
      const middleware = mtaioExpress({ enabled: false })
      const app = express()
      app.use(middleware)
      app.get('/', (req, res) => {
        req.mtaio.route = '/x'
        req.mtaio.noteError(new Error('noted'))
        res.send('hello')
      })
      const layers = app as never as { router: Layers; _router?: Layers }
      const before = (layers._router ?? layers.router).stack.length
      await using server = await serveOn(createServer(app))
      expect((await server.ask('/')).body).toBe('hello')
      expect((await server.ask('/_monitor')).status).toBe(404)
      expect((layers._router ?? layers.router).stack.length).toBe(before)
      expect(middleware.mtaio.http.statistics.requests).toBe(0)
      expect(middleware.mtaio.monitor.isRunning).toBe(false)
    })
  })
}
