import { setTimeout as sleep } from 'node:timers/promises'
import { clock } from '../../../packages/core/src/clock.ts'
import { expect } from 'vitest'
import { requestText } from '../../support/raw-http.ts'
import type { Scenario } from '../harness/scenario.ts'
import { Arrivals, outcomes } from '../harness/outcomes.ts'
import { forever, type Handler } from '../subjects/subject.ts'

const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text)

/** A handler that never answers, and tells that it runs. */
function hanging(): { handle: Handler; arrivals: Arrivals } {
  const arrivals = new Arrivals()
  return {
    arrivals,
    handle: () => {
      arrivals.arrive()
      return forever()
    },
  }
}

/** Begins its answer and never ends it. */
const beginning: Handler = (exchange) => {
  const res = exchange.takeOver()
  res.writeHead(200, { 'content-type': 'text/plain' })
  res.write('begun')
  return forever()
}

/** The client goes away, or the answer never comes. */
export const departureScenarios: readonly Scenario[] = [
  ...(['destroy', 'reset'] as const).map((how): Scenario => ({
    name: `3 pipelined GETs, ${how} -> 3 traces ended, in flight 0`,
    over: 'HTTP/1.1',
    make: () => {
      const { handle, arrivals } = hanging()
      return {
        plan: { routes: [{ path: '/hang', handle }] },
        async traffic(client) {
          const connection = await client.connect()
          connection.send(requestText('/hang').repeat(3))
          await arrivals.wait(3)
          connection[how]()
        },
        check: ({ records }) => expect(outcomes(records)).toEqual(times(3, 'aborted 499 /hang')),
      }
    },
  })),
  {
    name: 'pipelined: the first answered, the client leaves -> one ok, two aborted',
    over: 'HTTP/1.1',
    make: () => {
      const { handle, arrivals } = hanging()
      return {
        plan: {
          routes: [
            { path: '/hang', handle },
            { path: '/', handle: (exchange) => exchange.send('first') },
          ],
        },
        async traffic(client) {
          const connection = await client.connect()
          connection.send(requestText('/') + requestText('/hang').repeat(2))
          await arrivals.wait(2)
          await connection.until(/first/)
          connection.destroy()
        },
        check: ({ records }) =>
          expect(outcomes(records)).toEqual(['ok 200 /', ...times(2, 'aborted 499 /hang')]),
      }
    },
  },
  {
    name: 'pipelined: those behind a slow one were answered, the client leaves -> none is ok',
    over: 'HTTP/1.1',
    make: () => {
      const { handle, arrivals } = hanging()
      return {
        plan: {
          routes: [
            { path: '/hang', handle },
            {
              path: '/',
              handle: (exchange) => {
                exchange.send('never seen')
                arrivals.arrive()
              },
            },
          ],
        },
        async traffic(client) {
          const connection = await client.connect()
          connection.send(requestText('/hang') + requestText('/').repeat(2))
          await arrivals.wait(3)
          await sleep(10)
          connection.destroy()
        },
        check: ({ records }) =>
          expect(outcomes(records).toSorted()).toEqual([
            'aborted 499 /',
            'aborted 499 /',
            'aborted 499 /hang',
          ]),
      }
    },
  },
  {
    name: 'the client leaves before the response: one record, aborted, no 2xx counted',
    over: 'both',
    make: () => {
      const { handle, arrivals } = hanging()
      return {
        plan: { routes: [{ path: '/hang', handle }] },
        traffic: (client) => client.leave('/hang', () => arrivals.wait()),
        check: ({ records, mtaio }) => {
          expect(outcomes(records)).toEqual(['aborted 499 /hang'])
          expect(mtaio.monitor.metricStore.get('request_duration')?.size).toBe(0)
          expect(mtaio.http.figures(clock.now())).toMatchObject({ aborted: 1, errors: 0 })
        },
      }
    },
  },
  {
    name: 'the client leaves in mid-body: aborted, once',
    over: 'both',
    make: () => ({
      plan: { routes: [{ path: '/begun', handle: beginning }] },
      traffic: (client) => client.leave('/begun', 'in mid-body'),
      check: ({ records }) => expect(outcomes(records)).toEqual(['aborted 499 /begun']),
    }),
  },
  {
    name: 'the client resets the connection in mid-body: aborted, once',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/begun', handle: beginning }] },
      async traffic(client) {
        const connection = await client.connect()
        connection.send(requestText('/begun'))
        await connection.until(/begun/)
        connection.reset()
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['aborted 499 /begun']),
    }),
  },
  {
    name: 'the client leaves while it uploads: aborted, once',
    over: 'both',
    make: () => {
      const arrivals = new Arrivals()
      return {
        plan: {
          routes: [
            {
              method: 'POST',
              path: '/upload',
              handle: ({ req }) => {
                req.on('data', () => {})
                arrivals.arrive()
                return forever()
              },
            },
          ],
        },
        traffic: (client) =>
          client.leave('/upload', () => arrivals.wait(), {
            method: 'POST',
            headers: { 'content-length': '1000' },
          }),
        check: ({ records }) => expect(outcomes(records)).toEqual(['aborted 499 /upload']),
      }
    },
    except: (_subject, protocol) =>
      protocol === 'HTTP/2' ? 'HTTP/2 refuses a length that does not fit' : null,
  },
  {
    name: 'the client takes nothing of a long body and leaves: aborted, though the app ended it',
    over: 'HTTP/1.1',
    incomparable: 'how many bytes the system had taken is chance',
    make: () => {
      const arrivals = new Arrivals()
      const body = 'x'.repeat(20_000_000)
      return {
        plan: {
          routes: [
            {
              path: '/long',
              handle: (exchange) => {
                exchange.send(body)
                arrivals.arrive()
              },
            },
          ],
        },
        async traffic(client) {
          const connection = await client.connect()
          connection.socket.pause()
          connection.send(requestText('/long'))
          await arrivals.wait()
          await sleep(20)
          connection.reset()
        },
        check: ({ records }) => expect(outcomes(records)).toEqual(['aborted 499 /long']),
      }
    },
  },
  {
    name: 'a client that reads slowly gets everything: ok',
    over: 'HTTP/1.1',
    make: () => {
      const body = 'x'.repeat(3_000_000)
      return {
        plan: { routes: [{ path: '/long', handle: (exchange) => exchange.send(body) }] },
        async traffic(client) {
          const connection = await client.connect()
          connection.socket.pause()
          connection.send(requestText('/long', { headers: { connection: 'close' } }))
          await sleep(30)
          connection.socket.resume()
          await connection.closed
        },
        check: ({ records, transcript }) => {
          expect(outcomes(records)).toEqual(['ok 200 /long'])
          expect(transcript[0]).toHaveLength(transcript[0]!.indexOf('\r\n\r\n') + 4 + body.length)
        },
      }
    },
  },
  {
    name: 'the client closes its half and reads on: what it got decides the outcome',
    over: 'HTTP/1.1',
    incomparable: 'Node cuts off an answer that is not there when the half is closed: a race',
    make: () => ({
      plan: {
        routes: [
          { path: '/now', handle: (exchange) => exchange.send('now') },
          {
            path: '/later',
            handle: async (exchange) => {
              await sleep(20)
              exchange.send('later')
            },
          },
        ],
      },
      async traffic(client) {
        for (const path of ['/now', '/later']) {
          const connection = await client.connect()
          connection.send(requestText(path))
          connection.halfClose()
          await connection.closed
        }
      },
      check: ({ records, transcript }) =>
        expect(outcomes(records)).toEqual(
          ['/now', '/later'].map((path, at) =>
            transcript[at]!.startsWith('HTTP/1.1 200') ? `ok 200 ${path}` : `aborted 499 ${path}`,
          ),
        ),
    }),
  },
  {
    name: 'the client leaves right after it was answered: one record',
    over: 'HTTP/1.1',
    make: () => ({
      plan: { routes: [{ path: '/', handle: (exchange) => exchange.send('hello') }] },
      async traffic(client) {
        for (let i = 0; i < 5; i++) {
          const connection = await client.connect()
          connection.send(requestText('/'))
          await connection.until(/hello/)
          connection.destroy()
        }
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(times(5, 'ok 200 /')),
    }),
  },
  {
    name: 'a handler that never answers is visible in flight with its age; after maxAge evicted as timeout; its late finish is ignored',
    over: 'both',
    options: { maxAge: 10 },
    make: ({ mtaio }) => {
      const arrivals = new Arrivals()
      let answer = (): void => {}
      return {
        plan: {
          routes: [
            {
              path: '/slow',
              handle: (exchange) => {
                arrivals.arrive()
                return new Promise<void>((resolve) => {
                  answer = () => {
                    exchange.send('late')
                    resolve()
                  }
                })
              },
            },
          ],
        },
        async traffic(client) {
          const asked = client.ask('/slow')
          await arrivals.wait()
          if (mtaio !== null) {
            const { oldest } = mtaio.http.figures(clock.now() + 5000)
            expect(oldest).toMatchObject({ method: 'GET', route: '/slow' })
            expect(oldest?.age).toBeGreaterThan(5)
            mtaio.http.tick(clock.now() + 9000)
            expect(mtaio.http.inFlight.size).toBe(1)
            mtaio.http.tick(clock.now() + 11_000)
            expect(mtaio.http.inFlight.size).toBe(0)
          }
          answer()
          expect((await asked).body).toContain('late')
        },
        check: ({ records }) => expect(outcomes(records)).toEqual(['timeout 504 /slow']),
      }
    },
  },
  {
    name: "the server's own timeout cuts a request off: timeout, once",
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/slow',
            handle: ({ req }) => {
              req.socket.setTimeout(20)
              return forever()
            },
          },
        ],
      },
      traffic: async (client) => void (await client.ask('/slow')),
      check: ({ records }) => expect(outcomes(records)).toEqual(['timeout 504 /slow']),
    }),
  },
  {
    name: 'a server that closes all connections ends what is in flight, once',
    over: 'HTTP/1.1',
    make: () => {
      const { handle, arrivals } = hanging()
      let closeAll = (): void => {}
      return {
        plan: {
          routes: [{ path: '/hang', handle }],
          server: (server) => (closeAll = () => server.closeAllConnections()),
        },
        async traffic(client) {
          const asked = client.ask('/hang')
          await arrivals.wait()
          closeAll()
          await asked
        },
        check: ({ records }) => expect(outcomes(records)).toEqual(['error 500 /hang']),
      }
    },
  },
]
