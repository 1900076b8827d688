import { EventEmitter } from 'node:events'
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import type { RequestListener } from 'node:http'
import { connect as connect2, constants, createServer as createServer2 } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createMtaio,
  noteError,
  setRoute,
  type HttpAdapter,
  type Mtaio,
  type RequestLifecycle,
  type Snapshot,
} from '@mtaio/core'
import { describe, expect, it } from 'vitest'
import { collectGarbage } from '../support/garbage.ts'
import { readAnswer, requestText, serve, serveOn, until } from '../support/raw-http.ts'
import { brief, made, makeRecorder, now, routes } from './make-recorder.ts'

/** A whole exchange at once, with messages that are not of Node; the app takes `ms` for it. */
function exchange(
  http: Mtaio['http'],
  method: string,
  adapter: HttpAdapter,
  statusCode: number,
  ms = 0,
): void {
  const res = Object.assign(new EventEmitter(), {
    statusCode,
    headersSent: true,
    writableEnded: false,
    writableFinished: false,
    getHeader: () => {},
  })
  const req = Object.assign(new EventEmitter(), { method, url: '/', headers: {} })
  http.begin(req as never, res as never, adapter)
  for (const began = now(); now() < began + ms;);
  Object.assign(res, { writableEnded: true, writableFinished: true, finished: true })
  res.emit('finish')
}

const times = <T>(length: number, value: T): T[] => Array.from({ length }, () => value)

describe('a request', () => {
  it('that was answered is ok, with its status, duration and route', async () => {
    const { http, listener, ended, metrics } = makeRecorder()
    await using server = await serve(listener((_req, res) => void res.writeHead(201).end('made')))
    expect((await server.ask('/users/7?secret=1')).status).toBe(201)
    const [request] = await ended(1)
    expect(request).toMatchObject({
      outcome: 'ok',
      status: 201,
      name: 'GET /route',
      path: '/users/7',
    })
    expect(request.duration).toBeGreaterThan(0)
    const series = metrics.series('request_duration', {
      method: 'GET',
      route: '/route',
      status: '201',
    })
    expect(series.values.totalCount).toBe(1)
    expect(series.last).toBeCloseTo(request.duration, 9)
    expect(http.routes.find('GET', '/route')?.operation.histogram.count).toBe(1)
  })

  it('that was answered with 5xx is an error, and recorded as request_error', async () => {
    const { listener, ended, metrics } = makeRecorder()
    await using server = await serve(listener((_req, res) => void res.writeHead(503).end()))
    await server.ask('/')
    expect((await ended(1)).map(brief)).toEqual([['error', 503]])
    const labels = { method: 'GET', route: '/route', status: '503' }
    expect(metrics.series('request_error', labels).last).toBe(1)
    expect(metrics.series('request_duration', labels).values.totalCount).toBe(1)
  })

  it('whose error the app answered with 4xx has the error and is ok', async () => {
    const { http, listener, ended } = makeRecorder()
    const handler: RequestListener = (_req, res) => {
      noteError(res, new TypeError('no such user'))
      res.writeHead(404).end()
    }
    await using server = await serve(listener(handler))
    await server.ask('/')
    const [request] = await ended(1)
    expect(request).toMatchObject({ outcome: 'ok', status: 404, error: { name: 'TypeError' } })
    expect(request.error!.stack).toContain('lifecycle.test.ts')
    expect(http.log.errors.size).toBe(0)
  })

  it('whose error came after the response had begun is an error, whatever the status', async () => {
    const { listener, ended } = makeRecorder()
    const handler: RequestListener = (_req, res) => {
      res.write('begun')
      noteError(res, new Error('midway'))
      res.end()
    }
    await using server = await serve(listener(handler))
    await server.ask('/')
    expect((await ended(1)).map(brief)).toEqual([['error', 200]])
  })

  it.each<[string, string, (res: ServerResponse) => unknown]>([
    ['and ends it', 'error', (res) => (noteError(res, new Error('midway')), res.end())],
    ['and breaks it off', 'error', (res) => res.destroy()],
    ['of a stream of events', 'ok', (res) => res.end()],
  ])(
    'whose app sets a status when its head was sent %s has the one that was sent',
    async (...row) => {
      const [how, outcome, act] = row
      const { listener, ended } = makeRecorder()
      const handler: RequestListener = (_req, res) => {
        if (how.includes('stream')) res.setHeader('content-type', 'text/event-stream')
        res.writeHead(202).write('begun')
        setTimeout(() => {
          res.statusCode = 503
          act(res)
        }, 5)
      }
      await using server = await serve(listener(handler))
      expect((await server.ask('/')).status).toBe(202)
      expect((await ended(1)).map(brief)).toEqual([[outcome, 202]])
    },
  )

  it('whose error comes of the client that left is aborted, and keeps the error before it', async () => {
    const { listener, ended } = makeRecorder()
    const handler: RequestListener = (req, res) => {
      if (req.url === '/first') noteError(res, new Error('first'))
      res.write('begun')
      req.socket.on('error', () => noteError(res, new Error('nobody is there')))
    }
    await using server = await serve(listener(handler))
    for (const path of ['/first', '/']) {
      const socket = await server.connect()
      socket.write(requestText(path))
      await new Promise((resolve) => socket.once('data', resolve))
      socket.resetAndDestroy()
    }
    const requests = await ended(2)
    expect(requests.map(brief)).toEqual([
      ['aborted', 499],
      ['aborted', 499],
    ])
    expect(requests.map(({ error }) => error?.message)).toEqual(['first', 'nobody is there'])
  })

  it.each([
    null,
    undefined,
    'text',
    42,
    Object.freeze({ a: 1 }),
    Symbol('s'),
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
      },
    ),
  ])('may fail with anything', async (thrown) => {
    const { listener, ended } = makeRecorder()
    const handler: RequestListener = (_req, res) => {
      noteError(res, thrown)
      res.writeHead(500).end()
    }
    await using server = await serve(listener(handler))
    await server.ask('/')
    const [request] = await ended(1)
    expect(request.error).toMatchObject({ name: expect.any(String), message: expect.any(String) })
  })

  it('that the client leaves before the answer is aborted, as 499, once, and no 2xx', async () => {
    const { http, listener, ended, metrics } = makeRecorder()
    await using server = await serve(listener(() => {}))
    const socket = await server.connect()
    socket.write(requestText('/'))
    await until('it runs', () => http.inFlight.size === 1)
    socket.destroy()
    expect((await ended(1)).map(brief)).toEqual([['aborted', 499]])
    expect(metrics.get('request_duration')?.size).toBe(0)
    expect(
      metrics.series('request_aborted', { method: 'GET', route: '/route', status: '499' }).last,
    ).toBeGreaterThan(0)
  })

  it.each([
    ['leaves', (socket: Socket) => socket.destroy()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('whose client %s in mid-body is aborted', async (_how, leave) => {
    const { http, listener, ended } = makeRecorder()
    await using server = await serve(listener((_req, res) => void res.write('begun')))
    const socket = await server.connect()
    socket.write(requestText('/'))
    await until('it runs', () => http.inFlight.size === 1)
    leave(socket)
    expect((await ended(1)).map(brief)).toEqual([['aborted', 499]])
  })

  it('whose long body the client does not take is aborted, though the app ended it', async () => {
    const { http, listener, ended } = makeRecorder()
    const body = Buffer.alloc(30_000_000)
    await using server = await serve(listener((_req, res) => void res.end(body)))
    const socket = await server.connect()
    socket.write(requestText('/'))
    await until('it runs', () => http.inFlight.size === 1)
    await sleep(20)
    socket.resetAndDestroy()
    expect((await ended(1)).map(brief)).toEqual([['aborted', 499]])
  })

  it.each([
    ['the response', (_req: unknown, res: ServerResponse) => res.destroy(new Error('broken'))],
    ['the request', (req: IncomingMessage) => req.destroy()],
    ['the connection', (req: IncomingMessage) => req.socket.destroy()],
  ])('whose app destroys %s in mid-body is an error, not aborted', async (_what, destroy) => {
    const { listener, ended } = makeRecorder()
    const handler: RequestListener = (req, res) => {
      res.write('begun')
      setTimeout(() => destroy(req, res), 5)
    }
    await using server = await serve(listener(handler))
    await server.ask('/')
    expect((await ended(1)).map(brief)).toEqual([['error', 200]])
  })

  it.each<[string, string, RequestListener]>([
    ['before it ends', 'error', (_req, res) => void res.destroy().end('x')],
    ['before it ends without a body', 'error', (_req, res) => void res.destroy().end()],
    [
      'in mid-body, before it ends',
      'error',
      (_req, res) => {
        res.write('begun')
        res.destroy().end('x')
      },
    ],
    [
      'with its connection, before it ends',
      'error',
      ({ socket }, res) => {
        socket.destroy()
        res.end('x')
      },
    ],
    // All of it is in the hands of the system by then.
    ['when it has ended', 'ok', (_req, res) => void res.end('x').destroy()],
  ])('whose response the app destroys %s, in one turn, is %s', async (_when, outcome, handler) => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(
      listener((req, res) => {
        if (req.url === '/') handler(req, res)
        else res.end('first')
      }),
    )
    // The first of a connection, and one that comes when Node has told of another.
    const sockets = [await server.connect(), await server.connect()]
    sockets[1]?.write(requestText('/first'))
    await ended(1)
    const answers = sockets.map((socket) => {
      socket.write(requestText('/'))
      return readAnswer(socket)
    })
    const bodies = (await Promise.all(answers)).map(({ text }) => text.endsWith('x'))
    expect(bodies).toEqual(times(2, outcome === 'ok'))
    const outcomes = (await ended(3)).map((request) => request.outcome)
    expect(outcomes).toEqual(['ok', outcome, outcome])
  })

  it('that the app never answered but destroyed is an error without a 2xx', async () => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(listener((req) => void req.socket.destroy()))
    await server.ask('/')
    expect((await ended(1)).map(brief)).toEqual([['error', 500]])
  })

  it("that the server's own timeout cut off is timeout", async () => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(listener((req) => void req.socket.setTimeout(20)))
    await server.ask('/')
    expect((await ended(1)).map(brief)).toEqual([['timeout', 504]])
  })

  it('that is older than maxAge is given up as timeout by the tick; its late end is ignored', async () => {
    const { http, listener, ended } = makeRecorder({ maxAge: 10 })
    let answer = (): void => {}
    await using server = await serve(
      listener((_req, res) => {
        answer = () => void res.end('late')
      }),
    )
    const asked = server.ask('/')
    await until('it runs', () => http.inFlight.size === 1)
    http.tick(now() + 9000)
    expect(http.inFlight.size).toBe(1)
    expect(http.figures(now()).oldest).toMatchObject({ method: 'GET', route: '/route' })
    http.tick(now() + 11_000)
    expect(http.inFlight.size).toBe(0)
    answer()
    expect((await asked).body).toContain('late')
    expect((await ended(1)).map(brief)).toEqual([['timeout', 504]])
  })

  it('has what listeners for the end of its response say', async () => {
    const { http, listener, ended } = makeRecorder()
    await using server = await serve(
      listener((_req, res) => {
        res.on('finish', () => {
          setRoute(res, '/said')
          noteError(res, new Error('noted'))
        })
        res.end()
      }),
    )
    const socket = await server.connect()
    // The second as the first: of a connection that Node has told of Node is believed.
    for (const number of [1, 2]) {
      socket.write(requestText(`/${number}`))
      await until('it has ended', () => http.statistics.requests === number)
    }
    const requests = await ended(2)
    expect(requests.map(({ route }) => route)).toEqual(['/said', '/said'])
    expect(requests.map(({ error }) => error?.message)).toEqual(['noted', 'noted'])
  })

  it('is in flight for who reads while its app is at the end of it, and has ended after that', async () => {
    const { http, listener } = makeRecorder()
    const seen: string[] = []
    const look = (when: string): void => {
      seen.push(`${when}: ${http.inFlight.size} in flight, ${http.statistics.requests} ended`)
    }
    await using server = await serve(
      listener((_req, res) => {
        res.on('finish', () => {
          look('finish')
          // After all that Node does when a response is done, and still in the same turn.
          process.nextTick(process.nextTick, () => look('next tick'))
        })
        res.end()
      }),
    )
    const socket = await server.connect()
    for (const number of [1, 2]) {
      socket.write(requestText(`/${number}`))
      await until('it has ended', () => http.statistics.requests === number)
    }
    expect(seen).toEqual([
      'finish: 1 in flight, 0 ended',
      'next tick: 0 in flight, 1 ended',
      'finish: 1 in flight, 1 ended',
      'next tick: 0 in flight, 2 ended',
    ])
  })

  it('lasts until its response is handed over, not until the turn of the event loop is over', async () => {
    const { http, listener, ended } = makeRecorder()
    await using server = await serve(
      listener((_req, res) => {
        res.on('close', () => {
          for (const began = now(); now() < began + 200;);
        })
        res.end()
      }),
    )
    const socket = await server.connect()
    for (const number of [1, 2]) {
      socket.write(requestText(`/${number}`))
      await until('it has ended', () => http.statistics.requests === number)
    }
    for (const { duration } of await ended(2)) expect(duration).toBeLessThan(0.15)
  })

  it('whose response is handed over whole has ended so, whatever comes of both in the same turn', async () => {
    const { http, listener, ended } = makeRecorder()
    const later: Record<string, (req: IncomingMessage, res: ServerResponse) => void> = {
      '/error': (_req, res) => {
        res.statusCode = 503
        noteError(res, new Error('too late'))
      },
      // As Node does when the client resets the connection.
      '/reset': ({ socket }) => {
        socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
      },
      '/destroyed': (req) => req.destroy(),
    }
    await using server = await serve(
      listener((req, res) => {
        res.on('close', () => later[req.url!]?.(req, res))
        res.end()
      }),
    )
    let sent = 0
    for (const last of ['/reset', '/destroyed']) {
      const socket = await server.connect()
      // The first as the second: Node has told of no response of a connection before.
      for (const path of ['/error', '/error', last]) {
        socket.write(requestText(path))
        sent++
        await until('it has ended', () => http.statistics.requests === sent)
      }
    }
    const requests = await ended(6)
    expect(requests.map(brief)).toEqual(times(6, ['ok', 200]))
    expect(requests.map(({ error }) => error?.message)).toEqual([
      ...['too late', 'too late', undefined],
      ...['too late', 'too late', undefined],
    ])
  })

  it('whose app emits the end of its response again has ended once', async () => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(
      listener((_req, res) => {
        res.once('finish', () => {
          // Node itself fails at it.
          expect(() => res.emit('finish')).toThrow('a bug in Node.js')
        })
        res.end('done')
      }),
    )
    const socket = await server.connect()
    for (const number of [1, 2]) {
      socket.write(requestText(`/${number}`))
      await ended(number)
    }
  })

  it('sets off an alert on failures at once', async () => {
    const { http, listener } = makeRecorder({ interval: 3600 })
    const mtaio = made.at(-1)!
    mtaio.monitor.setThreshold('request_error', 0.5)
    const values: number[] = []
    mtaio.monitor.onThresholdExceeded((_metric, value) => void values.push(value))
    await using server = await serve(listener((_req, res) => void res.writeHead(500).end()))
    await server.ask('/')
    await until('it is told', () => values.length === 1)
    expect(http.statistics.errors).toBe(1)
  })

  it('whose messages throw when they are looked at is an error, and the app goes on', async () => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(
      listener((_req, res) => {
        res.write('chunked')
        res.getHeader = () => {
          throw new Error('not for you')
        }
        res.end()
      }),
    )
    expect((await server.ask('/')).status).toBe(200)
    expect((await ended(1)).map(brief)).toEqual([['error', 500]])
  })

  it('over maxInFlight has the oldest given up', async () => {
    const { http, listener } = makeRecorder({ limits: { maxInFlight: 2 } })
    await using server = await serve(listener(() => {}))
    for (let i = 0; i < 3; i++) (await server.connect()).write(requestText(`/${i}`))
    await until('one is given up', () => http.statistics.timeouts === 1)
    expect(http.inFlight.size).toBe(2)
    expect(http.limitFigures['maxInFlight']).toEqual({ limit: 2, used: 2, cut: 1 })
  })
})

describe('a connection', () => {
  it('with three pipelined requests that dies ends three requests', async () => {
    const { http, listener, ended } = makeRecorder()
    await using server = await serve(listener(() => {}))
    const socket = await server.connect()
    socket.write(requestText('/1') + requestText('/2') + requestText('/3'))
    await until('they run', () => http.inFlight.size === 3)
    socket.destroy()
    expect((await ended(3)).map(brief)).toEqual(Array.from({ length: 3 }, () => ['aborted', 499]))
  })

  it('with pipelined requests that were answered behind a slow one ends them all as ok', async () => {
    const { listener, ended } = makeRecorder()
    const handler: RequestListener = (req, res) =>
      void setTimeout(() => res.end(req.url), req.url === '/1' ? 30 : 0)
    await using server = await serve(listener(handler))
    const socket = await server.connect()
    socket.resume().write(requestText('/1') + requestText('/2') + requestText('/3'))
    expect((await ended(3)).map(brief)).toEqual(Array.from({ length: 3 }, () => ['ok', 200]))
    socket.destroy()
  })

  it('has one that waits behind another ended when the app destroys it, while the connection lives', async () => {
    const { http, listener } = makeRecorder()
    let answer = (): void => {}
    let asked = 0
    await using server = await serve(
      listener((_req, res) => {
        if (asked++ === 0) answer = () => void res.end('first')
        else res.destroy()
      }),
    )
    const socket = await server.connect()
    socket.write(requestText('/1') + requestText('/2'))
    await until('the second is destroyed', () => asked === 2)
    answer()
    await until('both have ended', () => http.inFlight.size === 0)
    expect([http.statistics.requests, http.statistics.errors]).toEqual([2, 1])
  })

  it('that is closed ends a request of it that comes to the app only then', async () => {
    const { http, ended } = makeRecorder()
    await using server = await serve((req, res) => {
      req.socket.once('close', () => setTimeout(() => http.begin(req, res, routes), 10))
    })
    const socket = await server.connect()
    socket.write(requestText('/1') + requestText('/2'))
    await sleep(50)
    socket.destroy()
    expect((await ended(2)).map(brief)).toEqual([
      ['aborted', 499],
      ['aborted', 499],
    ])
  })

  it('keeps its number of listeners over 50 requests', async () => {
    const { http, listener, ended } = makeRecorder()
    const counts = new Set<number>()
    const handler: RequestListener = (req, res) => {
      const { socket } = req
      counts.add(socket.listenerCount('close') + socket.listenerCount('timeout'))
      res.end()
    }
    await using server = await serve(listener(handler))
    const socket = await server.connect()
    socket.resume()
    for (let i = 1; i <= 50; i++) {
      socket.write(requestText('/'))
      await until('it is answered', () => http.statistics.requests === i)
    }
    await ended(50)
    expect(counts.size).toBe(1)
    socket.destroy()
  })
})

describe('the shape of an exchange', () => {
  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s with %i is ok', async (method, status) => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(listener((_req, res) => void res.writeHead(status).end()))
    await server.ask('/', { method })
    expect((await ended(1)).map(brief)).toEqual([['ok', status]])
  })

  it('with early hints, Expect and trailers is as without mtaio', async () => {
    const handler: RequestListener = (req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.writeHead(200, { trailer: 'x-sum', date: 'now' })
      req.on('data', (chunk) => res.write(chunk))
      req.on('end', () => {
        res.addTrailers({ 'x-sum': '1' })
        res.end()
      })
    }
    const { listener, ended } = makeRecorder()
    const head = { method: 'POST', body: 'abc', headers: { expect: '100-continue' } }
    await using watched = await serve(listener(handler))
    await using bare = await serve(handler)
    const [seen, wanted] = [await watched.ask('/', head), await bare.ask('/', head)]
    expect(seen.text).toBe(wanted.text)
    expect(seen.text).toMatch(/100 Continue[^]*103 Early Hints[^]*x-sum: 1/)
    expect((await ended(1)).map(brief)).toEqual([['ok', 200]])
  })

  it('that changes the protocol leaves no open trace and no sample', async () => {
    const { http, listener } = makeRecorder()
    const server = createServer(listener((_req, res) => void res.end()))
    server.on('upgrade', (req, socket) => {
      // As libraries do that route upgrades through the app.
      const res = new ServerResponse(req)
      expect(http.begin(req, res, routes)).toBeNull()
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    })
    server.on('connect', (_req, socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    await using running = await serveOn(server)
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    expect((await running.ask('/', { headers })).status).toBe(101)
    expect((await running.ask('other.test:443', { method: 'CONNECT' })).status).toBe(200)
    expect([http.inFlight.size, http.statistics.requests]).toEqual([0, 0])
  })

  it('that is no HTTP reaches nobody, and the server goes on', async () => {
    const { http, listener, ended } = makeRecorder()
    await using server = await serve(listener((_req, res) => void res.end()))
    const socket = await server.connect()
    socket.write('what?\r\n\r\n')
    expect((await readAnswer(socket)).status).toBe(400)
    expect(http.inFlight.size).toBe(0)
    expect((await server.ask('/')).status).toBe(200)
    await ended(1)
  })

  it.each<
    [string, (req: IncomingMessage, res: ServerResponse) => [IncomingMessage, ServerResponse]]
  >([
    ['request', (req, res) => [Object.create(req) as IncomingMessage, res]],
    ['response', (req, res) => [req, Object.create(res) as ServerResponse]],
    ['request and the response', (req, res) => [new Proxy(req, {}), new Proxy(res, {})]],
  ])('whose %s an app has wrapped is ended all the same', async (_what, wrap) => {
    const { http, ended } = makeRecorder()
    await using server = await serve((req, res) => {
      const messages = wrap(req, res)
      expect(http.begin(...messages, routes)).not.toBeNull()
      expect(noteError(messages[0], new Error('noted'))).toBe(true)
      res.end()
    })
    await server.ask('/')
    const [request] = await ended(1)
    expect(brief(request)).toEqual(['ok', 200])
    expect(request.error?.message).toBe('noted')
  })

  it('made up by a library, with a response of Node on a stream of its own, is ended and let go', async () => {
    const { http, ended } = makeRecorder()
    const sockets: WeakRef<object>[] = []
    const exchange = (): void => {
      const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
      const req = new IncomingMessage(socket as Socket)
      req.method = 'GET'
      const res = new ServerResponse(req)
      res.assignSocket(socket as Socket)
      sockets.push(new WeakRef(socket))
      http.begin(req, res, routes)
      res.end()
    }
    for (let i = 0; i < 3; i++) exchange()
    for (const request of await ended(3)) expect(brief(request)).toEqual(['ok', 200])
    await collectGarbage()
    expect(sockets.filter((socket) => socket.deref() !== undefined)).toEqual([])
  })

  it('made up by a library, with a response that is not of Node, is ended by on-finished', async () => {
    const { http, ended } = makeRecorder()
    exchange(http, 'PUT', routes, 202)
    expect((await ended(1)).map(brief)).toEqual([['ok', 202]])
  })
})

describe('an alert that a request sets off', () => {
  it('may have its handler end others; each route keeps the example of its own', async () => {
    const { http } = makeRecorder({ limits: { maxRecent: 1 }, interval: 3600 })
    const mtaio = made.at(-1)!
    mtaio.monitor.setThreshold('request_duration', 0.01)
    mtaio.monitor.onThresholdExceeded(() => exchange(http, 'GET', { route: () => '/inner' }, 200))
    exchange(http, 'GET', { route: () => '/outer' }, 200, 20)
    expect(http.statistics.requests).toBe(2)
    const examples = Array.from(http.routes, ({ route, examples: own }) => [
      route,
      Array.from(own, (request) => request.route),
    ])
    expect(Object.fromEntries(examples)).toEqual({ '/outer': ['/outer'], '/inner': ['/inner'] })
  })
})

describe('a stream', () => {
  it('of events is kept out of the latency and counted apart', async () => {
    const { http, listener, ended, metrics } = makeRecorder()
    const handler: RequestListener = (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write('data: 1\n\n')
      setTimeout(() => res.end(), 5)
    }
    await using server = await serve(listener(handler))
    await server.ask('/')
    const [request] = await ended(1)
    expect(request).toMatchObject({ outcome: 'ok', streaming: true })
    expect(http.figures(now()).duration.count).toBe(0)
    expect(metrics.get('request_duration')?.size).toBe(0)
    const labels = { method: 'GET', route: '/route', status: '200' }
    expect(metrics.series('request_stream', labels).values.totalCount).toBe(1)
  })

  it('of events may have its charset in its type', async () => {
    const { http, listener, ended } = makeRecorder()
    await using server = await serve(
      listener((_req, res) => {
        res.setHeader('content-type', 'text/event-stream; charset=utf-8').write('data: 1\n\n')
        setTimeout(() => res.end(), 5)
      }),
    )
    await server.ask('/')
    expect((await ended(1))[0]).toMatchObject({ outcome: 'ok', streaming: true })
    expect(http.figures(now()).duration.count).toBe(0)
  })

  it('is what two ticks find with its headers sent', async () => {
    const { http, listener, ended } = makeRecorder({ maxAge: 1 })
    let end = (): void => {}
    await using server = await serve(
      listener((_req, res) => {
        res.write('a long body')
        end = () => void res.end()
      }),
    )
    const asked = server.ask('/')
    await until('it runs', () => http.inFlight.oldest?.res?.headersSent === true)
    const { oldest } = http.inFlight
    http.tick(now())
    expect(oldest?.streaming).toBe(false)
    http.tick(now() + 1000)
    expect(oldest?.streaming).toBe(true)
    // It is in flight as before, but waits for nothing.
    expect(http.inFlight.oldest).toBeNull()
    http.tick(now() + 100_000)
    expect(http.inFlight.size).toBe(1)
    end()
    await asked
    expect((await ended(1))[0]).toMatchObject({ outcome: 'ok', streaming: true })
  })
})

describe('several instances', () => {
  it('count one request once each, and the same one not twice', async () => {
    const first = makeRecorder()
    const second = makeRecorder()
    const handler = first.listener(
      first.listener(second.listener((req, res) => (setRoute(req, '/said'), res.end()))),
    )
    await using server = await serve(handler)
    await server.ask('/')
    for (const { ended } of [first, second]) {
      expect((await ended(1)).map((request) => request.name)).toEqual(['GET /said'])
    }
  })

  it.each(['HTTP/1', 'HTTP/2'])(
    'over %s have the page of one in the figures of neither, whatever the other knows of it',
    async (protocol) => {
      const { http, profiler, listener } = makeRecorder()
      const inner = createMtaio({ authorize: async () => true })
      made.push(inner)
      const closed: unknown[] = []
      const fail = (): never => {
        throw new Error('no headers')
      }
      const handler: RequestListener = (req, res) => {
        const [request] = http.inFlight
        closed.push(request?.trace)
        profiler.traceContext('before')
        if (req.url === '/throws') Object.defineProperty(req, 'headers', { get: fail })
        if (!inner.status.handle(req, res, req.url)) res.end()
      }
      if (protocol === 'HTTP/1') {
        await using server = await serve(listener(handler))
        for (const path of ['/', '/api/snapshot', '/throws']) await server.ask(path)
      } else {
        const server = createServer2(listener(handler) as never)
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        const session = connect2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
        for (const path of ['/', '/api/snapshot']) {
          const stream = session.request({ ':path': path }).resume()
          await new Promise((resolve) => stream.on('close', resolve))
        }
        await new Promise<void>((resolve) => session.close(resolve))
        await new Promise((resolve) => server.close(resolve))
      }
      await sleep(20)
      expect(http.inFlight.size).toBe(0)
      expect([...http.inFlight]).toEqual([])
      expect(http.statistics.requests).toBe(0)
      expect(closed).toMatchObject(closed.map(() => ({ isOpen: false, scope: null })))
    },
  )

  it('count a request that the second is given when its response was handed over', async () => {
    const first = makeRecorder()
    const second = makeRecorder()
    await using server = await serve(
      first.listener((req, res) => {
        res.on('finish', () => second.listener(() => {})(req, res))
        res.end()
      }),
    )
    const socket = await server.connect()
    for (const number of [1, 2]) {
      socket.write(requestText('/'))
      for (const { ended } of [first, second]) {
        expect((await ended(number)).map(brief)).toEqual(times(number, ['ok', 200]))
      }
    }
  })
})

describe('ignored requests', () => {
  it.each([
    ['/health', 0],
    ['/health/live?x', 0],
    ['/healthy', 1],
  ])('%s below /health is counted %i times', async (path, count) => {
    const { http, listener } = makeRecorder({ ignore: ['/health/'] })
    await using server = await serve(listener((_req, res) => void res.end()))
    await server.ask(path)
    await sleep(20)
    expect(http.statistics.requests).toBe(count)
  })

  it('are not those for which the function throws; that is counted', async () => {
    const ignore = (): never => {
      throw new Error('broken')
    }
    const { http, listener, ended } = makeRecorder({ ignore })
    await using server = await serve(listener((_req, res) => void res.end()))
    await server.ask('/')
    await ended(1)
    expect(http.failures).toBe(1)
  })
})

describe('the record', () => {
  it('is told by the history, whoever reads its figures between two ticks', async () => {
    const mtaio = createMtaio({ interval: 0.2 })
    made.push(mtaio)
    await using server = await serve(mtaio.handler((_req, res) => void res.writeHead(500).end()))
    for (let i = 0; i < 3; i++) await server.ask('/')
    await mtaio.monitor.getMetric('http_errors', { maxAge: 0 })
    const told = (): number[] => mtaio.monitor.history.columns()['http_errors']!.map(Number)
    await until('a tick has told', () => told().some((errors) => errors > 0))
    expect(told().reduce((sum, errors) => sum + errors)).toBe(3)
  })

  it('takes room for as many as there are, whatever the limit is', async () => {
    const { listener, ended } = makeRecorder({ limits: { maxRecent: 1_000_000_000 } })
    await using server = await serve(listener((_req, res) => void res.end()))
    for (let i = 0; i < 300; i++) await server.ask('/')
    const requests = await ended(300)
    expect(new Set(requests.map(({ id }) => id)).size).toBe(300)
    expect(requests.map(({ startTime }) => startTime)).toEqual(
      requests.map(({ startTime }) => startTime).toSorted((a, b) => a - b),
    )
  })

  it.each([
    [true, 'no /reset/alice?[query] here'],
    [false, 'no [path]?[query] here'],
  ])(
    'with keepPaths: %s has an error without the target of the request',
    async (keepPaths, text) => {
      const { listener, ended } = makeRecorder({ keepPaths })
      await using server = await serve(
        listener((req, res) => {
          noteError(req, new Error(`no ${req.url} here`))
          res.end()
        }),
      )
      await server.ask('/reset/alice?token=secret')
      const [{ error }] = await ended(1)
      expect(error?.message).toBe(text)
      expect(error?.stack).toContain(text)
    },
  )

  it('holds on to nothing of the request', async () => {
    const { http, listener, ended } = makeRecorder()
    const lifecycles: RequestLifecycle[] = []
    await using server = await serve(
      listener((_req, res) => {
        lifecycles.push(...http.inFlight)
        res.end()
      }),
    )
    await server.ask('/a/long/path/that/is/cut?token=secret')
    const [request] = await ended(1)
    expect(lifecycles).toMatchObject([{ req: null, res: null, watch: null }])
    expect(JSON.stringify(request)).not.toContain('secret')
  })

  it.each([
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', null],
    ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', null],
    ['nonsense', null],
    // A later version may carry more, but not without end.
    [
      `01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-${'x'.repeat(72)}`,
      '4bf92f3577b34da6a3ce929d0e0e4736',
    ],
    [`01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-${'x'.repeat(73)}`, null],
  ])('of traceparent %s has the trace id %s', async (traceparent, traceId) => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(listener((_req, res) => void res.end()))
    expect((await server.ask('/', { headers: { traceparent } })).status).toBe(200)
    expect((await ended(1))[0].traceId).toBe(traceId)
  })

  it('is a trace that what the handler does is a part of, also after it read the body by events', async () => {
    const { profiler, listener, ended } = makeRecorder()
    const handler: RequestListener = (req, res) => {
      req.on('data', () => profiler.traceContext('chunk', () => {}))
      req.on('end', () => {
        profiler.traceContext('answer', () => res.end())
      })
    }
    await using server = await serve(listener(handler))
    await server.ask('/', { method: 'POST', body: 'abc' })
    const [request] = await ended(1)
    expect(request.spans?.map(({ name }) => name)).toEqual(['chunk', 'answer'])
  })

  it('of a method that HTTP does not know is OTHER, whatever HTTP/2 clients make up', async () => {
    const { http, listener } = makeRecorder()
    const server = createServer2(listener((_req, res) => void res.end()) as never)
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const client = connect2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    for (const method of ['BREW', 'toString', 'GET']) {
      client.request({ ':method': method }).resume().end()
    }
    await until('they are counted', () => http.statistics.requests === 3)
    expect(http.routes.find('OTHER', '/route')?.operation.histogram.count).toBe(2)
    client.destroy()
    server.close()
  })
})

describe('HTTP/2', () => {
  it.each([
    ['answers', 'ok', 200, (_stream: unknown, res: ServerResponse) => void res.end('x')],
    [
      'destroys the stream',
      'error',
      200,
      (stream: { destroy(): void }, res: ServerResponse) => {
        res.write('x')
        setTimeout(() => stream.destroy(), 5)
      },
    ],
    [
      'closes it with an error',
      'error',
      200,
      (stream: { close(code: number): void }, res: ServerResponse) => {
        res.write('x')
        setTimeout(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR), 5)
      },
    ],
  ])('when the app %s the outcome is %s', async (_what, outcome, status, act) => {
    const { ended } = await exchange((req, res) =>
      act((req as never as { stream: never }).stream, res),
    )
    expect((await ended(1)).map(brief)).toEqual([[outcome, status]])
  })

  it.each([
    ['before the response', () => {}],
    ['in mid-body', (_req: unknown, res: ServerResponse) => void res.write('x')],
    [
      'in a long body that the app has ended',
      (_req: unknown, res: ServerResponse) => void res.end(Buffer.alloc(3e7)),
    ],
  ])('is aborted when the client resets the stream %s', async (_when, handler) => {
    const { ended } = await exchange(handler, constants.NGHTTP2_CANCEL)
    expect((await ended(1)).map(brief)).toEqual([['aborted', 499]])
  })

  async function exchange(handler: RequestListener, reset?: number) {
    const made = makeRecorder()
    const server = createServer2(made.listener(handler) as never)
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const client = connect2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = client.request({ ':path': '/' })
    stream.on('error', () => {})
    if (reset === undefined) stream.resume()
    else {
      await until('it runs', () => made.http.inFlight.size === 1)
      await sleep(10)
      stream.close(reset)
    }
    await until('it has ended', () => made.http.statistics.requests === 1)
    client.destroy()
    server.close()
    return made
  }
})

describe('a plain server', () => {
  it('is watched and has the page; what fails in options of the app is counted there', async () => {
    const fail = (): never => {
      throw new Error('of the app')
    }
    const mtaio = createMtaio({ ignore: fail, redact: fail, logger: { warn: fail, error: fail } })
    made.push(mtaio)
    const handler = mtaio.handler((req, res) => {
      mtaio.setRoute(req, '/users/:id')
      noteError(res, new Error('a secret'))
      res.end('hello')
    })
    await using server = await serve(handler)
    expect((await server.ask('/users/7')).body).toBe('hello')
    const routes = JSON.parse((await server.ask('/_monitor/api/routes')).body) as object[]
    expect(routes).toMatchObject([{ method: 'GET', route: '/users/:id', count: 1 }])
    const { self } = JSON.parse((await server.ask('/_monitor/api/snapshot')).body) as Snapshot
    // Once for ignore, thrice for redact: the error's name, message and stack.
    expect(self.failures).toBe(4)
    expect([...mtaio.http.log.recent][0]?.error?.message).toBe('[redacted]')
  })
})
