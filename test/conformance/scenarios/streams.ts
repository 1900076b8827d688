import { setTimeout as sleep } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { expect } from 'vitest'
import { clock } from '../../../packages/core/src/clock.ts'
import { Arrivals, outcomes } from '../harness/outcomes.ts'
import type { Scenario } from '../harness/scenario.ts'

/** Gives chunks, and then breaks where it is told to. */
async function* chunks(breaks: boolean): AsyncGenerator<string> {
  yield 'a'
  await sleep(5)
  yield 'b'
  if (breaks) throw new Error('the source broke')
}

/** Answers that take their time. */
export const streamScenarios: readonly Scenario[] = [
  {
    name: 'a stream is sent whole: ok, once',
    over: 'both',
    make: () => ({
      plan: {
        routes: [
          { path: '/stream', handle: (exchange) => exchange.stream(Readable.from(chunks(false))) },
        ],
      },
      traffic: async (client) => void (await client.ask('/stream')),
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /stream']),
    }),
  },
  {
    name: 'a stream error in mid-body: outcome error, not aborted',
    over: 'both',
    make: () => ({
      plan: {
        routes: [
          { path: '/stream', handle: (exchange) => exchange.stream(Readable.from(chunks(true))) },
        ],
      },
      traffic: async (client) => void (await client.ask('/stream')),
      check: ({ records }) => expect(outcomes(records)).toEqual(['error 200 /stream']),
    }),
  },
  {
    name: 'the client leaves a stream of the app: aborted, once; the app destroys its source as ever',
    over: 'both',
    incomparable: 'how much of an endless stream came through is chance',
    make: () => {
      let destroyed = false
      return {
        plan: {
          routes: [
            {
              path: '/endless',
              handle: (exchange) => {
                const source = new Readable({
                  read() {
                    setTimeout(() => this.push('more '), 2)
                  },
                  destroy(error, done) {
                    destroyed = true
                    done(error)
                  },
                })
                // Express pipes, and pipe() leaves a source open.
                exchange.res.on('close', () => source.destroy())
                exchange.stream(source)
              },
            },
          ],
        },
        traffic: (client) => client.leave('/endless', 'in mid-body'),
        check: ({ records }) => {
          expect(outcomes(records)).toEqual(['aborted 499 /endless'])
          expect(destroyed).toBe(true)
        },
      }
    },
  },
  {
    name: 'hijack and the like: ended when the raw response ends; its real duration and status',
    over: 'both',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/raw',
            handle: (exchange) => {
              const res = exchange.takeOver()
              setTimeout(() => {
                res.writeHead(203, { 'x-own': 'yes' })
                res.end('by hand')
              }, 30)
              return Promise.resolve()
            },
          },
        ],
      },
      traffic: async (client) => void (await client.ask('/raw')),
      check: ({ records }) => {
        expect(outcomes(records)).toEqual(['ok 203 /raw'])
        expect(records[0]!.duration).toBeGreaterThan(0.025)
        expect(records[0]!.duration).toBeLessThan(2)
      },
    }),
  },
  {
    name: 'SSE of the app: ended once, kept apart in latency',
    over: 'both',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/events',
            handle: async (exchange) => {
              const res = exchange.takeOver()
              res.writeHead(200, { 'content-type': 'text/event-stream' })
              res.write('data: 1\n\n')
              await sleep(5)
              res.end('data: 2\n\n')
            },
          },
        ],
      },
      traffic: async (client) => void (await client.ask('/events')),
      check: ({ records, mtaio }) => {
        expect(outcomes(records)).toEqual(['ok 200 /events'])
        expect(records[0]!.streaming).toBe(true)
        expect(mtaio.http.figures(clock.now()).duration.count).toBe(0)
        expect(mtaio.monitor.metricStore.get('request_duration')?.size).toBe(0)
      },
    }),
  },
  {
    name: 'SSE that the client leaves: aborted, once, kept apart in latency',
    over: 'both',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/events',
            handle: (exchange) => {
              const res = exchange.takeOver()
              res.writeHead(200, { 'content-type': 'text/event-stream' })
              res.write('data: 1\n\n')
              return Promise.resolve()
            },
          },
        ],
      },
      traffic: (client) => client.leave('/events', 'in mid-body'),
      check: ({ records, mtaio }) => {
        expect(outcomes(records)).toEqual(['aborted 499 /events'])
        expect(mtaio.http.figures(clock.now()).duration.count).toBe(0)
      },
    }),
  },
  {
    name: 'a long stream that two ticks see is kept apart in latency and never evicted',
    over: 'both',
    options: { maxAge: 10 },
    make: ({ mtaio }) => {
      const arrivals = new Arrivals()
      let end = (): void => {}
      return {
        plan: {
          routes: [
            {
              path: '/download',
              handle: (exchange) => {
                const res = exchange.takeOver()
                res.writeHead(200, { 'content-type': 'text/plain' })
                res.write('long ')
                end = () => void res.end('enough')
                arrivals.arrive()
                return Promise.resolve()
              },
            },
          ],
        },
        async traffic(client) {
          const asked = client.ask('/download')
          await arrivals.wait()
          mtaio?.http.tick(clock.now())
          mtaio?.http.tick(clock.now())
          mtaio?.http.tick(clock.now() + 60_000)
          end()
          await asked
        },
        check: ({ records, mtaio: seen }) => {
          expect(outcomes(records)).toEqual(['ok 200 /download'])
          expect(records[0]!.streaming).toBe(true)
          expect(seen.http.figures(clock.now()).duration.count).toBe(0)
        },
      }
    },
  },
  {
    name: 'the first byte is not held back',
    over: 'both',
    make: () => {
      const arrivals = new Arrivals()
      let end = (): void => {}
      return {
        plan: {
          routes: [
            {
              path: '/slow-body',
              handle: (exchange) => {
                const res = exchange.takeOver()
                res.writeHead(200, { 'content-type': 'text/plain' })
                res.write('first')
                end = () => void res.end(' second')
                arrivals.arrive()
                return Promise.resolve()
              },
            },
          ],
        },
        // The client leaves when it has the first byte: it would wait for ever for one that is held.
        traffic: async (client) => {
          await client.leave('/slow-body', 'in mid-body')
          await arrivals.wait()
          end()
        },
        check: ({ records }) => expect(outcomes(records)).toEqual(['aborted 499 /slow-body']),
      }
    },
  },
]
