import { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { requestText } from '../../support/raw-http.ts'
import { Arrivals, outcomes } from '../harness/outcomes.ts'
import type { Scenario } from '../harness/scenario.ts'
import type { Handler } from '../subjects/subject.ts'

const hello: Handler = (exchange) => exchange.send('hello', 200, { 'x-one': '1', 'X-Two': '2' })

/** Answers when the body of the request was read. */
const echo: Handler = async (exchange) => {
  let body = ''
  for await (const chunk of exchange.req) body += String(chunk)
  exchange.send(`got ${body}`)
}

const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text)

/** The forms that messages take. */
export const messageScenarios: readonly Scenario[] = [
  {
    name: 'an answer is the app’s own, headers and their order too: ok',
    over: 'both',
    make: () => ({
      plan: { routes: [{ path: '/hello/:name', handle: hello }] },
      traffic: async (client) => void (await client.ask('/hello/you?q=1')),
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /hello/:name']),
    }),
  },
  {
    name: 'raw headers, repeated and in their own case, stay as they are',
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/raw',
            handle: (exchange) => {
              const res = exchange.takeOver()
              res.setHeader('Set-Cookie', ['a=1', 'b=2'])
              const pairs = ['X-Odd-CASE', '1', 'set-cookie', 'c=3', 'Set-Cookie', 'd=4']
              res.writeHead(299, 'Very Fine', pairs)
              res.end('raw')
              return Promise.resolve()
            },
          },
        ],
      },
      traffic: async (client) => {
        expect((await client.ask('/raw')).text).toContain('299 Very Fine')
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 299 /raw']),
    }),
  },
  {
    name: '50 requests on one socket: listener count flat, no warning',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/', handle: hello }] },
      async traffic(client) {
        const connection = await client.connect()
        for (let i = 1; i <= 50; i++) {
          connection.send(requestText('/'))
          await connection.times('hello', i)
        }
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(times(50, 'ok 200 /')),
    }),
  },
  {
    name: '50 pipelined requests: listener count flat, all ok, in order',
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/:number',
            handle: async (exchange) => {
              // The later ones are ready first.
              await sleep(Number(exchange.params['number']) % 5)
              exchange.send(`number ${exchange.params['number']};`)
            },
          },
        ],
      },
      async traffic(client) {
        const connection = await client.connect()
        const numbers = Array.from({ length: 50 }, (_, i) => i)
        connection.send(numbers.map((number) => requestText(`/${number}`)).join(''))
        await connection.until(/number 49;/)
        const order = [...connection.text.matchAll(/number (\d+);/g)].map((match) => match[1])
        expect(order).toEqual(numbers.map(String))
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(times(50, 'ok 200 /:number')),
    }),
  },
  {
    name: 'HEAD: no crash, the label of the GET',
    over: 'both',
    except: ({ name }, protocol) =>
      name === 'Koa 2' && protocol === 'HTTP/2' ? 'Koa 2 never ends its answer' : null,
    make: () => ({
      plan: { routes: [{ path: '/users/:id', handle: hello }] },
      traffic: async (client) => void (await client.ask('/users/7', { method: 'HEAD' })),
      check: ({ records }) => {
        expect(outcomes(records)).toEqual(['ok 200 /users/:id'])
        expect(records[0]?.method).toBe('HEAD')
      },
    }),
  },
  ...[204, 304].map((status): Scenario => ({
    name: `${status}: no crash, counted as it is`,
    over: 'both',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/empty',
            handle: (exchange) => {
              exchange.takeOver().writeHead(status).end()
              return Promise.resolve()
            },
          },
        ],
      },
      traffic: async (client) => void (await client.ask('/empty')),
      check: ({ records }) => expect(outcomes(records)).toEqual([`ok ${status} /empty`]),
    }),
  })),
  {
    name: '1xx: early hints come through and are not the status',
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/hints',
            handle: (exchange) => {
              exchange.res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
              exchange.res.writeProcessing()
              exchange.send('hello')
            },
          },
        ],
      },
      traffic: async (client) => {
        expect((await client.ask('/hints')).text).toMatch(/103 Early Hints[^]*102 Proc[^]*200 OK/)
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /hints']),
    }),
  },
  {
    name: 'trailers of the response stay intact',
    over: 'both',
    make: ({ protocol }) => ({
      plan: {
        routes: [
          {
            path: '/trailers',
            handle: (exchange) => {
              const res = exchange.takeOver()
              res.writeHead(200, protocol === 'HTTP/2' ? {} : { trailer: 'x-sum' })
              res.write('body')
              res.addTrailers({ 'x-sum': '42' })
              res.end()
              return Promise.resolve()
            },
          },
        ],
      },
      traffic: async (client) => {
        expect((await client.ask('/trailers')).text).toContain('x-sum: 42')
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /trailers']),
    }),
  },
  {
    name: 'a chunked request with trailers reaches the app whole',
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [
          {
            method: 'POST',
            path: '/chunked',
            handle: async (exchange) => {
              let body = ''
              for await (const chunk of exchange.req) body += String(chunk)
              exchange.send(`${body} ${exchange.req.trailers['x-sum']}`)
            },
          },
        ],
      },
      async traffic(client) {
        const connection = await client.connect()
        const headers = { 'transfer-encoding': 'chunked', trailer: 'x-sum', connection: 'close' }
        connection.send(requestText('/chunked', { method: 'POST', headers }))
        connection.send('3\r\nabc\r\n')
        await sleep(5)
        connection.send('2\r\nde\r\n0\r\nx-sum: 5\r\n\r\n')
        await connection.closed
        expect(connection.text).toContain('abcde 5')
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /chunked']),
    }),
  },
  {
    name: 'Expect: 100-continue is answered as without mtaio',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ method: 'POST', path: '/expect', handle: echo }] },
      async traffic(client) {
        const connection = await client.connect()
        const headers = { expect: '100-continue', 'content-length': '3', connection: 'close' }
        connection.send(requestText('/expect', { method: 'POST', headers }))
        await connection.until(/100 Continue\r\n\r\n/)
        connection.send('abc')
        await connection.closed
        expect(connection.text).toContain('got abc')
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /expect']),
    }),
  },
  {
    name: 'Expect with something else is refused by Node and counted by nobody',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/', handle: hello }] },
      traffic: async (client) => {
        expect((await client.ask('/', { headers: { expect: 'tea' } })).status).toBe(417)
      },
      check: ({ records }) => expect(records).toEqual([]),
    }),
  },
  {
    name: 'CONNECT: no crash, no open trace',
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [{ path: '/', handle: hello }],
        server: (server) =>
          server.on('connect', (_req, socket) => socket.end('HTTP/1.1 200 Tunnel\r\n\r\n')),
      },
      traffic: async (client) => {
        expect((await client.ask('other.test:443', { method: 'CONNECT' })).status).toBe(200)
      },
      check: ({ records }) => expect(records).toEqual([]),
    }),
  },
  {
    name: 'CONNECT that nobody listens for: no crash, no open trace',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/', handle: hello }] },
      traffic: async (client) => {
        expect((await client.ask('other.test:443', { method: 'CONNECT' })).text).toBe('')
      },
      check: ({ records }) => expect(records).toEqual([]),
    }),
  },
  ...Object.entries({
    'garbage bytes': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'a bad request line': 'what?\r\n\r\n',
    'a bad header': 'GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n',
    'a length that is none': requestText('/', { headers: { 'content-length': 'x' } }),
    'headers that are too long': requestText('/', { headers: { long: 'x'.repeat(20_000) } }),
  }).map(([what, bytes]): Scenario => ({
    name: `400 from the parser (${what}): no crash, counted by nobody, the server goes on`,
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/', handle: hello }] },
      async traffic(client) {
        const connection = await client.connect()
        connection.send(bytes)
        await connection.closed
        expect(connection.text).toMatch(/^HTTP\/1\.1 4(?:00|31) /)
        expect((await client.ask('/')).status).toBe(200)
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /']),
    }),
  })),
  {
    name: 'garbage behind a good request: the good one is ended once',
    over: 'HTTP/1.1',
    make: () => {
      const arrivals = new Arrivals()
      return {
        plan: {
          routes: [
            {
              path: '/slow',
              handle: async (exchange) => {
                arrivals.arrive()
                await sleep(20)
                exchange.send('slow')
              },
            },
          ],
        },
        async traffic(client) {
          const connection = await client.connect()
          connection.send(`${requestText('/slow')}garbage\r\n\r\n`)
          await arrivals.wait()
          await connection.closed
        },
        check: ({ records }) => expect(records).toHaveLength(1),
      }
    },
  },
  {
    name: 'Upgrade: no open trace, no hour-long sample in the latency',
    over: 'HTTP/1.1',
    make: () => {
      let talked = false
      return {
        plan: {
          routes: [{ path: '/', handle: hello }],
          server: (server, { dispatch }) =>
            server.on('upgrade', (req, socket) => {
              // As libraries do that route upgrades through the app.
              if (req.url === '/routed') {
                const res = new ServerResponse(req)
                res.on('error', () => {})
                dispatch(req, res)
              }
              socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
              socket.once('data', () => {
                talked = true
                socket.end('bye')
              })
            }),
        },
        async traffic(client) {
          for (const path of ['/', '/routed']) {
            const connection = await client.connect()
            const headers = { connection: 'upgrade', upgrade: 'websocket' }
            connection.send(requestText(path, { headers }))
            await connection.until(/101 /)
            connection.send('frames')
            await connection.closed
          }
          expect(talked).toBe(true)
        },
        check: ({ records, mtaio }) => {
          expect(records).toEqual([])
          expect(mtaio.http.statistics.requests).toBe(0)
        },
      }
    },
  },
  {
    name: 'Upgrade that nobody listens for is a request like any other',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/', handle: hello }] },
      async traffic(client) {
        const connection = await client.connect()
        const headers = { connection: 'upgrade', upgrade: 'h2c' }
        connection.send(requestText('/', { headers }))
        await connection.until(/hello/)
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /']),
    }),
  },
  {
    name: '/%zz: 4xx by the app or its router, the process lives',
    over: 'both',
    make: ({ subject }) => ({
      // Fastify's router answers before any hook runs.
      unseen: subject.framework === 'fastify' ? 2 : 0,
      plan: { routes: [{ path: '/users/:id', handle: hello }] },
      async traffic(client) {
        for (const path of ['/%zz', '/users/%zz']) {
          const { status } = await client.ask(path)
          expect(status).toBeGreaterThanOrEqual(400)
          expect(status).toBeLessThan(500)
        }
        expect((await client.ask('/users/7')).status).toBe(200)
      },
      check: ({ records }) => {
        expect(outcomes(records).at(-1)).toBe('ok 200 /users/:id')
        expect(records.map(({ outcome }) => outcome)).not.toContain('error')
      },
    }),
    except: ({ framework }) =>
      framework === 'koa' ? 'the routers of Koa hand the segment on as it is' : null,
  },
  {
    name: '/%zz in Koa: as without mtaio, the process lives',
    over: 'both',
    except: ({ framework }) => (framework === 'koa' ? null : 'the row above is for it'),
    make: () => ({
      plan: { routes: [{ path: '/users/:id', handle: hello }] },
      async traffic(client) {
        expect((await client.ask('/%zz')).status).toBe(404)
        await client.ask('/users/%zz')
        expect((await client.ask('/users/7')).status).toBe(200)
      },
      check: ({ records }) => expect(records).toHaveLength(3),
    }),
  },
  {
    name: 'an absolute-form target: as without mtaio, the process lives',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/users/:id', handle: hello }] },
      async traffic(client) {
        await client.ask('http://x/users/7')
        await client.ask('http://x')
        await client.ask('*', { method: 'OPTIONS' })
        await client.ask('//double//slash')
        await client.ask('/users/7#fragment')
      },
      check: ({ records, transcript }) => {
        expect(records).toHaveLength(5)
        for (const [at, { status }] of records.entries()) {
          expect(transcript[at]).toContain(`HTTP/1.1 ${status}`)
        }
      },
    }),
  },
  {
    name: 'HTTP/1.0 and a client without Host: as without mtaio',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/', handle: hello }] },
      async traffic(client) {
        for (const bytes of ['GET / HTTP/1.0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n']) {
          const connection = await client.connect()
          connection.send(bytes)
          await connection.closed
        }
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /']),
    }),
  },
  {
    name: 'an answer before the body of the request has come: ok, once, the next request too',
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [{ method: 'POST', path: '/', handle: (exchange) => exchange.send('no', 413) }],
      },
      async traffic(client) {
        const connection = await client.connect()
        const headers = { 'content-length': '10' }
        connection.send(requestText('/', { method: 'POST', headers }))
        await connection.times('HTTP/1.1 413', 1)
        connection.send('0123456789')
        connection.send(requestText('/', { method: 'POST', body: 'unread' }))
        await connection.times('HTTP/1.1 413', 2)
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(times(2, 'ok 413 /')),
    }),
  },
  {
    name: 'a method that the app has no route for: one label, whatever the method',
    over: 'both',
    make: () => ({
      plan: { routes: [{ path: '/', handle: hello }] },
      async traffic(client) {
        for (const method of ['PROPFIND', 'REPORT', 'TRACE', 'LOCK']) {
          await client.ask('/nowhere', { method })
        }
      },
      check: ({ records, mtaio }) => {
        expect(records.map(({ entry }) => entry?.route)).toEqual(times(4, '(unmatched)'))
        expect(mtaio.http.routes.size).toBe(4)
      },
    }),
  },
  {
    name: 'made-up methods over HTTP/2: one OTHER',
    over: 'both',
    except: (_subject, protocol) =>
      protocol === 'HTTP/2' ? null : 'the parser of HTTP/1.1 refuses them',
    make: ({ subject }) => ({
      // Fastify's router knows no such method, and answers before any hook runs.
      unseen: subject.framework === 'fastify' ? 20 : 0,
      plan: { routes: [{ path: '/', handle: hello }] },
      async traffic(client) {
        for (let i = 0; i < 20; i++) await client.ask('/', { method: `MADEUP${i}` })
      },
      check: ({ mtaio }) =>
        expect([...mtaio.http.routes].map(({ method }) => method)).toEqual(
          subject.framework === 'fastify' ? [] : ['OTHER'],
        ),
    }),
  },
]
