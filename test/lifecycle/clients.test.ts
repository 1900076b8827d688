import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import {
  connect as connect2,
  createServer as createServer2,
  type ClientHttp2Session,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { noteError, type HttpAdapter } from '@mtaio/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requestText, serve, serveOn, until } from '../support/raw-http.ts'
import { brief, makeRecorder, now, routes } from './make-recorder.ts'

describe('many clients that are served in one turn of the event loop', () => {
  it('have their requests ended a few at a time, so that their messages are not kept', async () => {
    const COUNT = 40
    const { http } = makeRecorder()
    let begun = 0
    let ended = 0
    let turn = 0
    const waiting: { turn: number; count: number }[] = []
    const adapter: HttpAdapter = {
      route: () => {
        ended++
        return '/route'
      },
    }
    await using server = await serve((req, res) => {
      http.begin(req, res, adapter)
      waiting.push({ turn, count: begun++ - ended })
      res.end()
    })
    const sockets = await Promise.all(Array.from({ length: COUNT }, () => server.connect()))
    const all = async (round: number): Promise<void> => {
      for (const socket of sockets) socket.resume().write(requestText('/'))
      await until('all have ended', () => ended === round * COUNT)
    }
    // The first of a connection ends by a listener of its own.
    await all(1)
    waiting.length = 0
    const clock = setInterval(() => turn++, 0)
    await all(2)
    clearInterval(clock)
    const last = waiting.filter((each) => each.turn === waiting.at(-1)!.turn)
    expect(last.length).toBeGreaterThan(10)
    expect(Math.max(...waiting.map((each) => each.count))).toBeLessThanOrEqual(5)
    for (const socket of sockets) socket.destroy()
  })
})

describe('a client that pipelines', () => {
  it('many requests has each of them found, whichever order they end in, by two instances', async () => {
    const COUNT = 100
    const { http, listener, ended } = makeRecorder()
    const other = makeRecorder()
    const open: (() => void)[] = []
    const handler: RequestListener = (req, res) => {
      open.push(() => {
        noteError(open.length % 2 === 0 ? req : res, new Error(req.url))
        res.end()
      })
    }
    await using server = await serve(listener(other.listener(handler)))
    const socket = await server.connect()
    const paths = Array.from({ length: COUNT }, (_, i) => `/${i}`)
    socket.resume().write(paths.map((path) => requestText(path)).join(''))
    await until('they run', () => http.inFlight.size === COUNT)
    // A second mount of one instance finds that it watches the request already.
    const [oldest] = http.inFlight
    expect(http.begin(oldest!.req!, oldest!.res!, routes)).toBeNull()
    for (const [i, end] of open.entries()) if (i % 3 === 0) end()
    for (const end of open.toReversed()) end()
    const requests = await ended(COUNT)
    expect(await other.ended(COUNT)).toHaveLength(COUNT)
    const errors = requests.map(({ error }) => error?.message)
    expect(errors.toSorted()).toEqual(paths.toSorted())
    socket.destroy()
  })

  it.each([
    ['HTTP/1.0, and gets one without a length', 'GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n'],
    ['behind an answer that closes the connection', requestText('/')],
  ])(
    'is the one that left the answers that its connection ended before: %s',
    async (_how, text) => {
      const COUNT = 50
      const { http, listener, ended } = makeRecorder()
      await using server = await serve(
        listener((req, res) => {
          if (req.httpVersion !== '1.0') res.setHeader('connection', 'close')
          res.writeHead(200)
          res.end('x')
        }),
      )
      const socket = await server.connect()
      socket.resume().write(text.repeat(COUNT))
      const outcomes = (await ended(COUNT)).map(brief)
      expect(outcomes[0]).toEqual(['ok', 200])
      expect(new Set(outcomes.slice(1).map(String))).toEqual(new Set(['aborted,499']))
      expect(http.figures(now())).toMatchObject({ errors: 0, errorRate: 0 })
      socket.destroy()
    },
  )

  it('has an answer that waits behind another not taken for a stream', async () => {
    const { http, listener, ended } = makeRecorder()
    let answer = (): void => {}
    await using server = await serve(
      listener((req, res) => {
        if (req.url === '/slow') answer = () => void res.end('slow')
        else res.end('fast')
      }),
    )
    const socket = await server.connect()
    socket.resume().write(requestText('/slow') + requestText('/fast'))
    await until('both run', () => http.inFlight.size === 2)
    http.tick(now())
    http.tick(now() + 2000)
    answer()
    for (const request of await ended(2)) expect(request.streaming).toBe(false)
    socket.destroy()
  })
})

describe('what a client sends that is no request, or too late', () => {
  const reading: RequestListener = (req, res) => {
    req.on('error', () => {})
    req.resume().on('end', () => res.end('ok'))
  }

  it('is aborted, and no error of the app, where its body cannot be parsed', async () => {
    const { http, listener, ended } = makeRecorder()
    await using server = await serve(listener(reading))
    const socket = await server.connect()
    socket.resume().write(requestText('/up', { method: 'POST', headers: CHUNKED }))
    await until('it runs', () => http.inFlight.size === 1)
    socket.write('zz\r\nhello\r\n')
    expect((await ended(1)).map(brief)).toEqual([['aborted', 499]])
  })

  it("is timeout where the server's own requestTimeout strikes", async () => {
    const { http, listener, ended } = makeRecorder()
    const limits = { requestTimeout: 100, headersTimeout: 100, connectionsCheckingInterval: 20 }
    await using server = await serveOn(createServer(limits, listener(reading)))
    const socket = await server.connect()
    const head = requestText('/up', { method: 'POST', headers: { 'content-length': '100' } })
    socket.resume().write(`${head}abc`)
    await until('it runs', () => http.inFlight.size === 1)
    expect((await ended(1))[0].outcome).toBe('timeout')
    expect(http.statistics.errors).toBe(0)
  })
})

describe('what an app puts in the place of its messages', () => {
  it.each([
    ['a function', () => {}],
    ['null', null],
  ])('may be a property stream: %s', async (_what, stream) => {
    const { listener, ended } = makeRecorder()
    await using server = await serve(
      listener((req, res) => {
        Object.assign(res, { stream })
        Object.assign(req, { stream })
        expect(noteError(res, new Error('noted'))).toBe(true)
        res.writeHead(500).end()
      }),
    )
    await server.ask('/')
    const [request] = await ended(1)
    expect([...brief(request), request.error?.message]).toEqual(['error', 500, 'noted'])
  })

  it('that throws keeps no other request from being given up', async () => {
    const { http, listener, ended } = makeRecorder({ maxAge: 1 })
    await using server = await serve(
      listener((req, res) => {
        if (req.url === '/throws') {
          res.write('x')
          res.getHeader = () => {
            throw new Error('of the app')
          }
        }
      }),
    )
    const sockets = [await server.connect(), await server.connect()]
    sockets[0]?.write(requestText('/throws'))
    await until('one runs', () => http.inFlight.size === 1)
    sockets[1]?.write(requestText('/hangs'))
    await until('both run', () => http.inFlight.size === 2)
    const before = http.failures
    http.tick(now() + 2000)
    expect((await ended(2)).map(({ outcome }) => outcome)).toContain('timeout')
    expect(http.failures).toBeGreaterThan(before)
    for (const socket of sockets) socket.destroy()
  })

  it('may be a connection without the listeners that were there: its end is seen by the tick', async () => {
    const { http, listener, ended } = makeRecorder()
    let connection: Socket | undefined
    await using server = await serve(
      listener((req) => {
        connection = req.socket.removeAllListeners()
        connection.on('error', () => {})
      }),
    )
    const socket = await server.connect()
    socket.write(requestText('/'))
    await until('it runs', () => http.inFlight.size === 1)
    socket.destroy()
    connection?.destroy()
    await until('it is closed', () => connection?.closed === true)
    http.tick(now())
    expect((await ended(1))[0].outcome).not.toBe('ok')
  })
})

describe('HTTP/2', () => {
  it('is aborted when the connection of the client is reset', async () => {
    const { ended, client, connection } = await serve2(() => {})
    client.request({ ':path': '/' }).on('error', () => {})
    await connection.runs()
    connection.reset()
    expect((await ended(1)).map(brief)).toEqual([['aborted', 499]])
  })

  it('has ended when it was answered, also while the client goes on with its body', async () => {
    const { http, ended, client } = await serve2((req, res) => {
      req.once('data', () => res.end('early'))
    })
    const stream = client.request({ ':path': '/', ':method': 'POST' })
    stream.resume().write('a')
    await once(stream, 'end')
    const [request] = await ended(1)
    expect([...brief(request), request.streaming]).toEqual(['ok', 200, false])
    expect(http.figures(now()).duration.count).toBe(1)
    stream.end()
    await once(stream, 'close')
    await ended(1)
  })

  it.each<[string, (res: Http2ServerResponse) => void]>([
    ['respond', ({ stream }) => (stream.respond({ ':status': 404 }), void stream.end('no'))],
    [
      'respondWithFile',
      ({ stream }) => stream.respondWithFile('/etc/hostname', { ':status': 404 }),
    ],
  ])('that the app answers by stream.%s is ok, with the status that it sent', async (_by, act) => {
    const { ended, client } = await serve2((_req, res) => act(res))
    const stream = client.request({ ':path': '/' })
    stream.resume()
    await once(stream, 'close')
    expect((await ended(1)).map(brief)).toEqual([['ok', 404]])
  })

  it('has a method that the client made up shown as OTHER while the request is in flight, too', async () => {
    const { http, client, connection } = await serve2(() => {})
    client.request({ ':path': '/', ':method': 'M'.repeat(10_000) }).on('error', () => {})
    await connection.runs()
    expect(http.figures(now()).oldest?.method).toBe('OTHER')
    const [request] = Array.from(http.inFlight, ({ trace }) => trace)
    expect(request?.method).toBe('OTHER')
    expect(JSON.stringify(request)).not.toContain('MMM')
  })

  /** A server that is watched, and a client of it. */
  async function serve2(handler: (req: Http2ServerRequest, res: Http2ServerResponse) => void) {
    const recorder = makeRecorder()
    const server = createServer2(recorder.listener(handler as never) as never)
    server.on('sessionError', () => {})
    const sockets: Socket[] = []
    server.on('connection', (socket: Socket) => sockets.push(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    let own: Socket | undefined
    const client: ClientHttp2Session = connect2(`http://127.0.0.1:${port}`)
    client.on('error', () => {})
    client.on('connect', (_session, socket) => (own = socket))
    onTestFinished(async () => {
      client.destroy()
      for (const socket of sockets) socket.destroy()
      server.close()
      await sleep(0)
    })
    await once(client, 'connect')
    const connection = {
      runs: () => until('it runs', () => recorder.http.inFlight.size === 1),
      reset: () => own?.resetAndDestroy(),
    }
    return { ...recorder, client, connection }
  }
})

const CHUNKED = { 'transfer-encoding': 'chunked' }
