import { connect as connectHttp2 } from 'node:http2'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMtaio, mtaioFastify } from '@mtaio/fastify'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { collectGarbage } from '../support/garbage.ts'
import { until } from '../support/raw-http.ts'
import { majors, started, watched } from './watched-app.ts'

const TWO = { type: 'object', required: ['two'], properties: { two: { type: 'number' } } }

describe.each(majors)('$name', ({ fastify }) => {
  it('has the error of a handler, a hook, a validation and a parser on the record', async () => {
    await using server = await watched(fastify, (app) => {
      app.get('/thrown', () => {
        throw new TypeError('broken')
      })
      app.get('/rejected', async () => Promise.reject(new TypeError('broken')))
      app.get('/sent', (_request, reply) => reply.send(new TypeError('broken')))
      app.register(async (child) => {
        child.addHook('preHandler', async () => {
          throw new TypeError('broken')
        })
        child.get('/hook', () => 'never')
      })
      app.post('/valid', { schema: { body: TWO } }, () => 'never')
    })
    for (const [i, path] of ['/thrown', '/rejected', '/sent', '/hook'].entries()) {
      await server.ask(path)
      expect(await server.last(i + 1)).toMatchObject({
        status: 500,
        outcome: 'error',
        error: { name: 'TypeError', message: 'broken' },
      })
    }
    const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
    await server.ask('/valid', { ...json, body: '{}' })
    expect(await server.last(5)).toMatchObject({ status: 400, outcome: 'ok' })
    expect([...server.mtaio.http.log.recent].at(-1)?.error?.message).toContain('two')
    await server.ask('/valid', { ...json, body: '{' })
    expect((await server.last(6)).error).toBeDefined()
  })

  it('has the error and the status of a custom error handler, whatever that answers', async () => {
    await using server = await watched(fastify, (app) => {
      app.setErrorHandler((error: Error, request, reply) =>
        request.url === '/raw'
          ? void reply.hijack().raw.writeHead(502).end('raw')
          : reply.code(request.url === '/teapot' ? 418 : 503).send({ sorry: error.message }),
      )
      app.get('/*', async () => {
        throw new Error('broken')
      })
    })
    for (const [i, [path, status, outcome]] of (
      [
        ['/teapot', 418, 'ok'],
        ['/busy', 503, 'error'],
        ['/raw', 502, 'error'],
      ] as const
    ).entries()) {
      expect((await server.ask(path)).status).toBe(status)
      expect(await server.last(i + 1)).toMatchObject({
        status,
        outcome,
        error: { message: 'broken' },
      })
    }
  })

  it('ends with the raw response after hijack, and for what is written to reply.raw', async () => {
    await using server = await watched(fastify, (app) => {
      app.get('/hijacked', (_request, reply) => {
        reply.hijack()
        setTimeout(() => reply.raw.writeHead(202).end('later'), 30)
      })
      app.get('/raw', (_request, reply) => {
        reply.raw.writeHead(203).end('raw')
        return reply
      })
    })
    expect((await server.ask('/hijacked')).status).toBe(202)
    const request = await server.last()
    expect(request).toMatchObject({ status: 202, outcome: 'ok' })
    expect(request.duration).toBeGreaterThan(0.025)
    expect((await server.ask('/raw')).status).toBe(203)
    expect(await server.last(2)).toMatchObject({ status: 203, outcome: 'ok' })
  })

  it('counts a stream, and one that breaks in the middle as an error', async () => {
    await using server = await watched(fastify, (app) => {
      app.get('/:how', (request, reply) =>
        reply.send(
          Readable.from(
            (async function* () {
              yield 'a'
              await sleep(10)
              if (request.url === '/broken') throw new Error('the source broke')
              yield 'b'
            })(),
          ),
        ),
      )
    })
    await server.ask('/whole')
    expect(await server.last()).toMatchObject({ status: 200, outcome: 'ok' })
    await server.ask('/broken')
    expect(await server.last(2)).toMatchObject({ status: 200, outcome: 'error' })
  })

  it('counts a client that left as aborted; onRequestAbort of the app runs', async () => {
    const aborted = vi.fn()
    await using server = await watched(fastify, (app) => {
      app.addHook('onRequestAbort', async (_request) => aborted())
      app.get('/', () => new Promise(() => {}))
    })
    const socket = await server.connect()
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until('it is in flight', () => server.mtaio.http.inFlight.size === 1)
    expect([...server.mtaio.http.inFlight][0]?.route).toBe('/')
    socket.destroy()
    expect(await server.last()).toMatchObject({ status: 499, outcome: 'aborted' })
    await until('the hook ran', () => aborted.mock.calls.length === 1)
  })

  it('counts a request of inject once', async () => {
    const app = fastify()
    await app.register(mtaioFastify)
    app.get('/', () => 'ok')
    expect((await app.inject('/')).body).toBe('ok')
    await until('it is counted', () => app.mtaio.http.statistics.requests === 1)
    await sleep(20)
    expect(app.mtaio.http.figures(0)).toMatchObject({ requests: 1, errors: 0, inFlight: 0 })
    expect((await app.inject('/_monitor/api/snapshot')).statusCode).not.toBe(404)
    await app.close()
  })

  it('follows HTTP/2', async () => {
    const app = fastify({ http2: true }) as unknown as FastifyInstance
    await app.register(mtaioFastify)
    app.get('/users/:id', () => 'ok')
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as { port: number }
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    const ask = async (path: string): Promise<number> => {
      const stream = session.request({ ':path': path })
      const [headers] = (await once(stream, 'response')) as [Record<string, number>]
      stream.resume()
      await once(stream, 'close')
      return headers[':status'] ?? 0
    }
    expect(await ask('/users/7')).toBe(200)
    await until('it is counted', () => app.mtaio.http.statistics.requests === 1)
    expect([...app.mtaio.http.log.recent].at(-1)).toMatchObject({
      outcome: 'ok',
      entry: { route: '/users/:id' },
    })
    expect(await ask('/_monitor/api/snapshot')).toBe(200)
    session.close()
    await app.close()
  })

  it('has the spans of hooks and handler in its trace, and of a body that is read by events', async () => {
    await using server = await watched(fastify, (app) => {
      const span = (name: string) => async (): Promise<void> => {
        await app.mtaio.profiler.traceContext(name, () => sleep(1))
      }
      app.addHook('onRequest', span('onRequest'))
      app.addHook('preHandler', span('preHandler'))
      app.addContentTypeParser('text/x', (_request, payload, done) => {
        payload.on('data', () => {})
        payload.on('end', () => app.mtaio.profiler.traceContext('parse', () => done(null, 'x')))
      })
      app.post('/', async () => {
        await span('handler')()
        return 'ok'
      })
    })
    await server.ask('/', { method: 'POST', headers: { 'content-type': 'text/x' }, body: 'x' })
    const { spans } = await server.last()
    expect(spans?.map(({ name }) => name)).toEqual(['onRequest', 'parse', 'preHandler', 'handler'])
  })
})

describe.each(majors)('the page in $name', ({ fastify }) => {
  it('is there whatever the app adds: catch-all routes, hooks, parsers, a handler of 404', async () => {
    const later = vi.fn()
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await using server = await watched(
      fastify,
      (app) => {
        app.addHook('onRequest', async () => later())
        app.addHook('preHandler', async () => {
          throw new Error('nobody comes in')
        })
        app.removeAllContentTypeParsers()
        app.all('/*', () => 'the app')
        app.setNotFoundHandler(() => 'nothing')
      },
      { token: 'secret-token' },
    )
    const auth = { authorization: 'Bearer secret-token' }
    for (const path of ['/_monitor', '/_monitor/', '/_monitor?x=1', '/_monitor//api/snapshot']) {
      expect((await server.ask(path, { headers: auth })).status).toBe(200)
    }
    expect((await server.ask('/_monitor/api/snapshot')).status).toBe(401)
    expect((await server.ask('/_monitor/nowhere', { headers: auth })).status).toBe(404)
    expect((await server.ask('/_monitor', { method: 'DELETE', headers: auth })).status).toBe(405)
    const signIn = await server.ask('/_monitor/session', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'token=secret-token',
    })
    expect(signIn.status).toBe(303)
    expect(later).not.toHaveBeenCalled()
    log.mockRestore()
    expect(server.mtaio.http.statistics.requests).toBe(0)
    await server.ask('/_monitoring')
    expect(await server.last()).toMatchObject({ entry: { route: '/*' }, outcome: 'error' })
  })

  it('answers all methods, also those that Fastify has no routes for', async () => {
    const app = fastify()
    app.register(mtaioFastify, { prefix: '/ops/:team', token: 'secret-token' })
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('the app'))
    await using server = await started(app)
    const headers = { authorization: 'Bearer secret-token' }
    for (const method of ['PUT', 'PROPFIND', 'SEARCH', 'LOCK', 'REPORT']) {
      for (const path of ['', '/', '?x=1', '/api/snapshot', '/health']) {
        const { status } = await server.ask(`/ops/a/_monitor${path}`, { method, headers })
        expect([method, path, status]).toEqual([method, path, 405])
      }
    }
    expect(server.mtaio.http.statistics.requests).toBe(0)
    for (const path of ['/ops/a/_monitoring', '/_monitor', '/ops/a', '/']) {
      expect((await server.ask(path, { method: 'PROPFIND' })).body).toBe('the app')
    }
    expect((await server.last(4)).route).toBeNull()
  })

  it('leaves its path to the app in production, when nothing guards it', async () => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.stubEnv('NODE_ENV', 'production')
    try {
      await using server = await watched(fastify, (app) => app.get('/*', () => 'the app'))
      expect((await server.ask('/_monitor/api/snapshot')).body).toBe('the app')
      expect(await server.last()).toMatchObject({ entry: { route: '/*' } })
    } finally {
      vi.unstubAllEnvs()
      log.mockRestore()
    }
  })

  it('leaves all of its path but a public health to the app in production, when nothing guards it', async () => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.stubEnv('NODE_ENV', 'production')
    try {
      const build = (app: FastifyInstance): void => {
        app.get('/_monitor', () => 'the app')
        app.get('/*', () => 'the app')
      }
      await using server = await watched(fastify, build, { publicHealth: true })
      expect((await server.ask('/_monitor/health')).body).toContain('"checks"')
      for (const path of ['/_monitor', '/_monitor/api/snapshot', '/_monitor/healthy']) {
        expect((await server.ask(path)).body).toBe('the app')
      }
      expect(await server.last(3)).toMatchObject({ entry: { route: '/*' } })
    } finally {
      vi.unstubAllEnvs()
      log.mockRestore()
    }
  })

  it('lets close() end within a second, with ten streams open', async () => {
    const app = fastify()
    await app.register(mtaioFastify)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as { port: number }
    const streams = await Promise.all(
      Array.from({ length: 10 }, () => fetch(`http://127.0.0.1:${port}/_monitor/api/stream`)),
    )
    const ends = streams.map((stream) => stream.text())
    const startMs = performance.now()
    await app.close()
    expect(performance.now() - startMs).toBeLessThan(1000)
    for (const text of await Promise.all(ends)) expect(text).toContain('retry:')
    expect(app.mtaio.monitor.isRunning).toBe(false)
  })
})

describe.each(majors)('the hook onResponse of $name', ({ fastify }) => {
  it('is a part of the request', async () => {
    await using server = await watched(fastify, (app) => {
      app.register(mtaioFastify)
      app.addHook('onResponse', async (request) => {
        request.mtaio.route = '/said'
        server.mtaio.profiler.traceContext('log', () => {})
      })
      app.get('/', () => 'ok')
    })
    await server.ask('/')
    const request = await server.last()
    expect([request.route, request.spans?.map(({ name }) => name)]).toEqual(['/said', ['log']])
  })
})

describe.each(majors)('what inject makes up in $name', ({ fastify }) => {
  it('is counted, and not held on to', async () => {
    const sockets: WeakRef<object>[] = []
    await using server = await watched(fastify, (app) => {
      app.register(mtaioFastify)
      app.get('/', (request) => {
        sockets.push(new WeakRef(request.raw.socket))
        return 'ok'
      })
    })
    for (let i = 0; i < 3; i++) await server.app.inject('/')
    await server.last(3)
    // On a busy machine a turn may pass before the last answer lets go of its own.
    await vi.waitFor(async () => {
      await collectGarbage()
      expect(sockets.map((socket) => socket.deref())).toEqual([undefined, undefined, undefined])
    })
  })
})

describe.each(majors)('registering in $name', ({ name, fastify }) => {
  it('twice counts once, also in a part of the app', async () => {
    await using server = await watched(fastify, (app) => {
      app.register(mtaioFastify)
      app.register(async (child) => {
        child.register(mtaioFastify)
        child.get('/', () => 'ok')
      })
    })
    await server.ask('/')
    expect(await server.last()).toMatchObject({ outcome: 'ok' })
    expect(server.mtaio.http.statistics.requests).toBe(1)
  })

  it('in scopes beside each other gives them one page that shows both', async () => {
    const app = fastify()
    for (const path of ['/one', '/two']) {
      app.register(async (scope) => {
        await scope.register(mtaioFastify)
        scope.get(path, () => 'ok')
      })
    }
    await using server = await started(app)
    for (const path of ['/one', '/two']) await server.ask(path)
    const { body } = await server.ask('/_monitor/api/routes')
    const counts = (JSON.parse(body) as { route: string; count: number }[]).map(
      ({ route, count }) => `${route} ${count}`,
    )
    expect(counts.toSorted()).toEqual(['/one 1', '/two 1'])
  })

  it('in a part of the app and then in the app counts each request once', async () => {
    const app = fastify()
    app.register(async (child) => {
      await child.register(mtaioFastify)
      child.get('/child', () => {
        throw new Error('broken')
      })
    })
    app.register(mtaioFastify)
    app.get('/', () => 'ok')
    await using server = await started(app)
    await server.ask('/child')
    expect(await server.last()).toMatchObject({ outcome: 'error', error: { message: 'broken' } })
    await server.ask('/')
    await server.ask('/nowhere')
    await server.last(3)
    expect(server.mtaio.http.statistics.requests).toBe(3)
    await server.app.close()
    expect(server.mtaio.monitor.isRunning).toBe(false)
  })

  it('in scopes with prefixes of their own gives each a page of its own', async () => {
    const app = fastify()
    const scopes = ['/one', '/two']
    for (const prefix of scopes) {
      app.register(
        async (scope) => {
          await scope.register(mtaioFastify)
          scope.get('/', () => 'ok')
        },
        { prefix },
      )
    }
    await app.ready()
    for (const prefix of scopes) {
      await app.inject(prefix)
      expect((await app.inject(`${prefix}/_monitor/api/routes`)).json()).toMatchObject([
        { route: prefix, count: 1 },
      ])
    }
    await app.close()
  })

  it('an instance that was given leaves it running at the end', async () => {
    const mtaio = createMtaio()
    const app = fastify()
    await app.register(mtaioFastify, { mtaio })
    expect(app.mtaio).toBe(mtaio)
    await app.ready()
    expect(mtaio.monitor.isRunning).toBe(true)
    await app.close()
    expect(mtaio.monitor.isRunning).toBe(true)
    await mtaio.stop()
  })

  it('when not enabled adds no hook and no route', async () => {
    const app = fastify()
    await app.register(mtaioFastify, { enabled: false })
    app.get('/', async (request) => {
      const { mtaio } = request
      mtaio.route = '/x'
      mtaio.noteError(new Error('noted'))
      return { route: request.mtaio.route }
    })
    await using server = await started(app)
    expect((await server.ask('/')).body).toBe('{"route":null}')
    expect((await server.ask('/_monitor')).status).toBe(404)
    expect(server.mtaio.http.statistics.requests).toBe(0)
  })

  it('takes the options of every plugin: the page is below its prefix', async () => {
    const app = fastify()
    app.register(mtaioFastify, { prefix: '/ops/:team', logLevel: 'warn' })
    app.get('/', () => 'ok')
    await using server = await started(app)
    await server.ask('/')
    expect((await server.ask('/ops/a/_monitor/health')).status).toBe(200)
    expect((await server.ask('/_monitor/health')).status).toBe(404)
    expect((await server.last(2)).route).toBeNull()
  })

  it('has what is below the page also where a parameter of the prefix is empty', async () => {
    const app = fastify()
    app.register(mtaioFastify, { prefix: '/:team' })
    await using server = await started(app)
    for (const path of ['/a/_monitor/health', '//_monitor/health', '//_monitor//health']) {
      expect((await server.ask(path)).body).toContain('"checks"')
    }
    expect((await server.ask('//_monitor')).body).toContain('<html')
  })

  it('has what is below the page where several slashes are one', async () => {
    const options = { ignoreDuplicateSlashes: true }
    const app = fastify(name === 'Fastify 4' ? options : { routerOptions: options })
    app.register(mtaioFastify, { prefix: '/:team' })
    await using server = await started(app)
    for (const path of ['/a/_monitor/health', '//a//_monitor//health']) {
      expect((await server.ask(path)).body).toContain('"checks"')
    }
  })

  it('registered again in a scope says which of its options it does not use', async () => {
    const lines: string[] = []
    const app = fastify({
      logger: { level: 'warn', stream: { write: (line) => lines.push(line) } },
    })
    await app.register(mtaioFastify)
    await app.register(async (scope) => {
      await scope.register(mtaioFastify)
      expect(lines).toEqual([])
      await scope.register(mtaioFastify, { interval: 3 })
    })
    await app.ready()
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      expect.stringContaining('interval is not used'),
    ])
    await app.close()
  })

  it('with an unknown option fails with its code', async () => {
    const app = fastify()
    app.register(mtaioFastify, { pth: '/x' } as never)
    await expect(Promise.resolve(app.ready())).rejects.toMatchObject({
      code: 'MTAIO_OPTION_UNKNOWN',
    })
  })
})
