import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMtaio, mtaioKoa } from '@mtaio/koa'
import type Koa from 'koa'
import mount from 'koa-mount'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { serve, until, type RequestHead } from '../support/raw-http.ts'
import { majors, watched } from './watched-app.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Answers in text, without the date. */
const answerOf = async (
  server: { ask(path: string, head?: RequestHead): Promise<{ text: string }> },
  path: string,
): Promise<string> => (await server.ask(path)).text.replace(/Date: .*\r\n/, '')

describe.each(majors)('$name', ({ Koa }) => {
  const quiet = (app: Koa): Koa => {
    app.silent = true
    return app
  }

  it('has the error of ctx.throw on the record; below 500 it is no error of the app', async () => {
    await using server = await watched(Koa, (app) =>
      quiet(app).use((ctx) => ctx.throw(ctx.path === '/402' ? 402 : 503, 'no')),
    )
    await server.ask('/402')
    expect(await server.last()).toMatchObject({
      status: 402,
      outcome: 'ok',
      error: { name: 'PaymentRequiredError', message: 'no' },
    })
    await server.ask('/503')
    expect(await server.last(2)).toMatchObject({
      status: 503,
      outcome: 'error',
      error: { name: 'ServiceUnavailableError' },
    })
  })

  it('answers 500 for what was thrown, as without mtaio, whatever that is', async () => {
    const thrown: Record<string, unknown> = {
      '/error': new Error('broken'),
      '/text': 'broken',
      '/proxy': new Proxy(new Error('broken'), {}),
      '/object': { broken: true },
    }
    const fail = (app: Koa): Koa =>
      quiet(app).use((ctx) => {
        throw thrown[ctx.path]
      })
    await using bare = await serve(fail(new Koa()).callback())
    await using server = await watched(Koa, fail)
    for (const [i, path] of Object.keys(thrown).entries()) {
      expect(await answerOf(server, path)).toBe(await answerOf(bare, path))
      expect(await server.last(i + 1)).toMatchObject({ status: 500, outcome: 'error' })
      expect([...server.mtaio.http.log.recent].at(-1)?.error).toBeDefined()
    }
  })

  it('logs errors as without mtaio, and leaves them to a listener of the app', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fail = (): never => {
      throw new Error('broken')
    }
    {
      await using server = await watched(Koa, (app) => app.use(fail))
      await server.ask('/')
      await server.last()
      expect(log).toHaveBeenCalledOnce()
      expect(String(log.mock.calls[0]?.[0])).toContain('Error: broken')
    }
    log.mockClear()
    const listener = vi.fn()
    await using server = await watched(Koa, (app) => app.use(fail).on('error', listener))
    await server.ask('/')
    expect(await server.last()).toMatchObject({ error: { message: 'broken' } })
    expect(listener).toHaveBeenCalledOnce()
    expect(listener.mock.calls[0]?.[1]).toHaveProperty('path', '/')
    expect(log).not.toHaveBeenCalled()
  })

  it('has the error of middleware that answers by itself and emits it, or says it', async () => {
    await using server = await watched(Koa, (app) =>
      quiet(app)
        .use(async (ctx, next) => {
          try {
            await next()
          } catch (error) {
            ctx.status = 500
            ctx.body = 'sorry'
            if (ctx.path === '/emitted') ctx.app.emit('error', error, ctx)
            else ctx.mtaio.noteError(error)
          }
        })
        .use(() => {
          throw new TypeError('broken')
        }),
    )
    for (const [i, path] of ['/emitted', '/said'].entries()) {
      expect((await server.ask(path)).body).toBe('sorry')
      expect(await server.last(i + 1)).toMatchObject({
        status: 500,
        outcome: 'error',
        error: { name: 'TypeError', message: 'broken' },
      })
    }
  })

  it('adds one listener to the app, whatever the number of requests and of instances', async () => {
    await using server = await watched(Koa, (app) => {
      app.use(mtaioKoa({ enabled: false })).use((ctx) => {
        ctx.body = 'ok'
      })
    })
    const before = server.app.listenerCount('error')
    for (let i = 0; i < 5; i++) await server.ask('/')
    await server.last(5)
    expect(server.app.listenerCount('error')).toBe(before + 1)
  })

  it('ends with the raw response when ctx.respond is false', async () => {
    await using server = await watched(Koa, (app) =>
      app.use((ctx) => {
        ctx.respond = false
        setTimeout(() => ctx.res.writeHead(202).end('later'), 30)
      }),
    )
    expect(await server.ask('/')).toMatchObject({ status: 202, body: '5\r\nlater\r\n0\r\n\r\n' })
    const request = await server.last()
    expect(request).toMatchObject({ status: 202, outcome: 'ok' })
    expect(request.duration).toBeGreaterThan(0.025)
  })

  it('counts a stream as body, and one that breaks as an error', async () => {
    await using server = await watched(Koa, (app) =>
      quiet(app).use((ctx) => {
        ctx.type = 'text'
        ctx.body = Readable.from(
          (async function* () {
            yield 'a'
            await new Promise((resolve) => setTimeout(resolve, 10))
            if (ctx.path === '/broken') throw new Error('the source broke')
            yield 'b'
          })(),
        )
        // Koa 2 leaves the answer open when its stream breaks.
        ctx.body.on('error', () => setImmediate(() => ctx.res.destroy()))
      }),
    )
    await server.ask('/whole')
    expect(await server.last()).toMatchObject({ status: 200, outcome: 'ok' })
    await server.ask('/broken')
    expect(await server.last(2)).toMatchObject({
      status: 200,
      outcome: 'error',
      error: { message: 'the source broke' },
    })
  })

  it('counts a stream that broke as an error, also where the client had to end it', async () => {
    await using server = await watched(Koa, (app) =>
      quiet(app).use((ctx) => {
        ctx.body = Readable.from(
          (async function* () {
            yield 'a'
            throw new Error('the source broke')
          })(),
        )
      }),
    )
    // Koa 3 ends it, Koa 2 leaves it open.
    const socket = await server.connect()
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
    await sleep(30)
    socket.destroy()
    expect(await server.last()).toMatchObject({
      status: 200,
      outcome: 'error',
      error: { message: 'the source broke' },
    })
  })

  it('counts a client that left in the middle of a stream as aborted', async () => {
    await using server = await watched(Koa, (app) =>
      quiet(app).use((ctx) => {
        ctx.body = new Readable({
          read() {
            setTimeout(() => this.push('more '), 5)
          },
        })
      }),
    )
    const socket = await server.connect()
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    expect(await server.last()).toMatchObject({ status: 499, outcome: 'aborted' })
  })

  it('has the spans of the handler in its trace, after reading the body by events', async () => {
    await using server = await watched(Koa, (app) => {
      const { profiler } = (app.middleware[0] as ReturnType<typeof mtaioKoa>).mtaio
      app.use(async (ctx) => {
        const body = await new Promise<string>((resolve) => {
          let text = ''
          ctx.req.on('data', (chunk) => (text += String(chunk)))
          ctx.req.on('end', () => profiler.traceContext('parse', () => resolve(text)))
        })
        ctx.body = await profiler.traceContext('query', async () => body.length)
      })
    })
    await server.ask('/', { method: 'POST', body: 'hello' })
    const request = await server.last()
    expect(request.spans?.map((span) => span.name).toSorted()).toEqual(['parse', 'query'])
  })

  it('serves the page and counts nothing of it', async () => {
    await using server = await watched(Koa, (app) =>
      app.use(async (ctx, next) => {
        await next()
        ctx.body = 'the app'
      }),
    )
    const answer = await server.ask('/_monitor/api/snapshot')
    expect(answer).toMatchObject({ status: 200 })
    expect(JSON.parse(answer.body)).toHaveProperty('http.requests', 0)
    expect((await server.ask('/_monitoring')).body).toBe('the app')
    expect(await server.last()).toMatchObject({ outcome: 'ok' })
  })

  it('serves the page below a mount', async () => {
    const monitoring = mtaioKoa()
    const app = new Koa().use(mount('/admin', monitoring))
    await using server = await serve(app.callback())
    expect((await server.ask('/admin/_monitor/api/snapshot')).status).toBe(200)
    expect((await server.ask('/_monitor/api/snapshot')).status).toBe(404)
    await monitoring.mtaio.stop()
  })

  it('takes the token of the form', async () => {
    const mtaio = createMtaio({ token: 'secret-token' })
    const app = new Koa().use(mtaioKoa({ mtaio }))
    await using server = await serve(app.callback())
    const signIn = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'token=secret-token',
    }
    const answer = await server.ask('/_monitor/session', signIn)
    expect(answer.status).toBe(303)
    expect(answer.head).toMatch(/set-cookie: mtaio_/i)
    await mtaio.stop()
  })

  it('does nothing when it is not enabled; ctx.mtaio is there all the same', async () => {
    const monitoring = mtaioKoa({ enabled: false })
    const app = new Koa().use(monitoring).use((ctx) => {
      const { mtaio } = ctx
      mtaio.route = '/x'
      mtaio.noteError(new Error('noted'))
      ctx.body = { route: ctx.mtaio.route }
    })
    await using server = await serve(app.callback())
    expect(await server.ask('/_monitor')).toMatchObject({ status: 200, body: '{"route":null}' })
    expect(monitoring.mtaio.http.statistics.requests).toBe(0)
  })

  it('in an app that is mounted in another one keeps its page out of the figures of both', async () => {
    const inner = mtaioKoa()
    const admin = new Koa().use(inner).use((ctx) => void (ctx.body = 'users'))
    await using server = await watched(Koa, (app) => app.use(mount('/admin', admin)))
    for (const path of ['/', '/api/snapshot', '/metrics']) {
      expect((await server.ask(`/admin/_monitor${path}`)).status).toBe(200)
    }
    await server.ask('/admin/users')
    expect(await server.last()).toMatchObject({ status: 200 })
    expect(inner.mtaio.http.statistics.requests).toBe(1)
    await inner.mtaio.stop()
  })

  it('counts once though it is mounted twice, and shares an instance between apps', async () => {
    const mtaio = createMtaio()
    const build = (): Koa =>
      new Koa()
        .use(mtaioKoa({ mtaio }))
        .use(mtaioKoa({ mtaio }))
        .use((ctx) => {
          ctx.body = 'ok'
        })
    await using one = await serve(build().callback())
    await using two = await serve(build().callback())
    await one.ask('/')
    await two.ask('/')
    await until('both are counted', () => mtaio.http.statistics.requests === 2)
    expect(mtaio.http.routes.size).toBe(1)
    await mtaio.stop()
  })
})
