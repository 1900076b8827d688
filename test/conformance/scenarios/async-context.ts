import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProfileTrace, RequestTrace } from '@mtaio/core'
import { expect } from 'vitest'
import { requestText } from '../../support/raw-http.ts'
import { collectGarbage } from '../../support/garbage.ts'
import { outcomes } from '../harness/outcomes.ts'
import type { Scenario } from '../harness/scenario.ts'
import type { Handler } from '../subjects/subject.ts'

const hello: Handler = (exchange) => exchange.send('hello')

/** The spans below a trace as text: `a(b(c) d)`. */
function tree(trace: ProfileTrace, root: ProfileTrace = trace): string {
  const children = (root.spans ?? []).filter(({ parentId }) => parentId === trace.id)
  return children
    .map((child) => {
      const below = tree(child, root)
      return below === '' ? child.name : `${child.name}(${below})`
    })
    .join(' ')
}

const byTree = (records: readonly RequestTrace[]): string[] => records.map((each) => tree(each))

/** Spans belong to the request that they were begun for. */
export const contextScenarios: readonly Scenario[] = [
  {
    name: 'a handler that reads its body by events sees its trace',
    over: 'both',
    make: ({ span }) => ({
      plan: {
        routes: [
          {
            method: 'POST',
            path: '/body',
            handle: async (exchange) => {
              const { req } = exchange
              const body = await new Promise<string>((resolve) => {
                let text = ''
                req.on('data', (chunk) => span('data', () => (text += String(chunk))))
                req.on('end', () => span('end', () => resolve(text)))
              })
              span('answer', () => exchange.send(body))
            },
          },
        ],
      },
      traffic: async (client) => {
        expect((await client.ask('/body', { method: 'POST', body: 'a body' })).body).toContain(
          'a body',
        )
      },
      check: ({ records }) => expect(byTree(records)).toEqual(['data end answer']),
    }),
  },
  {
    name: 'a body by events, with callbacks and no promise, sees its trace',
    over: 'both',
    // Koa answers as soon as a handler without a promise is done.
    except: ({ framework }) =>
      framework === 'koa' ? 'Koa has no handlers without promises' : null,
    make: ({ span }) => ({
      plan: {
        routes: [
          {
            method: 'POST',
            path: '/body',
            handle: (exchange) => {
              let text = ''
              exchange.req.on('data', (chunk) => (text += String(chunk)))
              exchange.req.on('end', () => {
                span('parse', () => setTimeout(() => span('later', () => exchange.send(text)), 2))
              })
            },
          },
        ],
      },
      traffic: async (client) => void (await client.ask('/body', { method: 'POST', body: 'text' })),
      // What began in `parse` and ran after its end belongs to the request.
      check: ({ records }) => expect(byTree(records)).toEqual(['parse later']),
    }),
  },
  {
    name: 'an emitter runs listeners in its own context: the documented bind helper',
    over: 'both',
    make: ({ span, mtaio }) => {
      const shared = new EventEmitter()
      return {
        plan: {
          routes: [
            {
              path: '/waits',
              handle: async (exchange) => {
                const answer = (): void => {
                  span('heard', () => exchange.send('heard'))
                }
                await new Promise<void>((resolve) => {
                  const listener = (): void => {
                    answer()
                    resolve()
                  }
                  shared.once('event', mtaio === null ? listener : mtaio.profiler.bind(listener))
                })
              },
            },
          ],
        },
        async traffic(client) {
          const asked = client.ask('/waits')
          await expect.poll(() => shared.listenerCount('event'), { interval: 2 }).toBe(1)
          shared.emit('event')
          await asked
        },
        check: ({ records }) => expect(byTree(records)).toEqual(['heard']),
      }
    },
  },
  {
    name: "a pool hands a callback the first borrower's store: never ends another request's trace",
    over: 'both',
    make: ({ span }) => {
      // Its callbacks run in the context of whoever opened it: the first request.
      const waiting: (() => void)[] = []
      let opened = false
      const borrow = (use: () => void): void => {
        waiting.push(use)
        if (opened) return
        opened = true
        const loop = setInterval(() => {
          waiting.shift()?.()
          if (served === 3) clearInterval(loop)
        }, 2)
      }
      let served = 0
      return {
        plan: {
          routes: [
            {
              path: '/:number',
              handle: (exchange) =>
                new Promise<void>((resolve) => {
                  borrow(() => {
                    served++
                    span(`query ${exchange.params['number']}`, () => {})
                    exchange.send(`number ${exchange.params['number']}`)
                    resolve()
                  })
                }),
            },
          ],
        },
        async traffic(client) {
          for (const path of ['/1', '/2', '/3']) {
            expect((await client.ask(path)).body).toContain(`number ${path.slice(1)}`)
          }
        },
        check: ({ records }) => {
          expect(outcomes(records)).toEqual([
            'ok 200 /:number',
            'ok 200 /:number',
            'ok 200 /:number',
          ])
          // A span of the second request that runs in the context of the first, which is over, is in none.
          expect(byTree(records)).toEqual(['query 1', '', ''])
        },
      }
    },
  },
  {
    name: 'async generators iterated outside: a wrapped one keeps its trace',
    over: 'both',
    make: ({ span, mtaio }) => {
      const rows = async function* rows(): AsyncGenerator<string> {
        for (const row of ['a', 'b']) {
          await sleep(1)
          span(`row ${row}`, () => {})
          yield row
        }
      }
      const traced = mtaio === null ? rows : mtaio.profiler.trace(rows)
      return {
        plan: {
          routes: [
            {
              path: '/rows',
              handle: async (exchange) => {
                let text = ''
                for await (const row of traced()) text += row
                exchange.send(text)
              },
            },
          ],
        },
        traffic: async (client) => void (await client.ask('/rows')),
        check: ({ records }) => expect(byTree(records)).toEqual(['rows(row a row b)']),
      }
    },
  },
  {
    name: 'enterWith leaks onward: two keep-alive requests never share',
    over: 'HTTP/1.1',
    make: ({ span, mtaio }) => ({
      plan: {
        routes: [
          {
            path: '/leaky',
            handle: async (exchange) => {
              // Declared, and left behind: its block never ends while the request runs.
              void mtaio?.profiler.traceContext('declared')
              await sleep(1)
              span('after', () => {})
              exchange.send('leaky;')
            },
          },
          {
            path: '/next',
            handle: (exchange) => {
              span('mine', () => {})
              exchange.send('next;')
            },
          },
        ],
      },
      async traffic(client) {
        const connection = await client.connect()
        connection.send(requestText('/leaky'))
        await connection.until(/leaky;/)
        connection.send(requestText('/next'))
        await connection.until(/next;/)
        connection.send(requestText('/leaky') + requestText('/next'))
        await connection.until(/next;[^]*next;/)
      },
      check: ({ records }) => {
        const next = records.filter(({ entry }) => entry?.route === '/next')
        expect(byTree(next)).toEqual(['mine', 'mine'])
        for (const { spans } of records) expect(spans!.length).toBeLessThanOrEqual(2)
      },
    }),
  },
  {
    name: 'a trace is collectable after its end while an interval lives',
    over: 'HTTP/1.1',
    options: { limits: { maxRecent: 1, maxTraces: 1 }, slowRequest: 60 },
    incomparable: 'how many requests it takes is chance',
    make: ({ mtaio, span }) => {
      const intervals: NodeJS.Timeout[] = []
      let watched: WeakRef<RequestTrace> | undefined
      let asked = 0
      return {
        plan: {
          routes: [
            { path: '/other', handle: hello },
            {
              path: '/interval',
              handle: async (exchange) => {
                const number = ++asked
                intervals.push(setInterval(() => span('tick', () => {}), 1000))
                if (number === 5) watched = new WeakRef(mtaio!.http.inFlight.oldest!.trace)
                // From one to another, so that each of the bands in which a route keeps an example
                // gets a new one, also that in which a slow machine had put this one.
                await sleep(10 * 2 ** (number % 4))
                exchange.send('hello')
              },
            },
          ],
        },
        async traffic(client) {
          try {
            for (let i = 0; i < 10; i++) await client.ask('/interval')
            expect(watched).toBeDefined()
            for (let i = 0; i < 300 && watched!.deref() !== undefined; i++) {
              // Until others took its place among the examples of its route.
              await client.ask('/interval')
              if (i % 10 === 0) await collectGarbage()
            }
            expect(watched!.deref()).toBeUndefined()
          } finally {
            for (const interval of intervals) clearInterval(interval)
          }
        },
        check: () => {},
      }
    },
  },
  {
    name: '200 overlapping requests with three nested spans each -> 200 correct trees',
    over: 'both',
    make: ({ span }) => {
      const numbers = Array.from({ length: 200 }, (_, i) => i)
      let begun = 0
      return {
        plan: {
          routes: [
            {
              path: '/:number',
              handle: async (exchange) => {
                const { number } = exchange.params
                begun++
                await span(`a${number}`, async () => {
                  // All are under way before the first goes on.
                  while (begun < numbers.length) await sleep(1)
                  await span(`b${number}`, async () => {
                    await sleep(Number(number) % 7)
                    await span(`c${number}`, () => sleep(1))
                  })
                })
                exchange.send(`done ${number}`)
              },
            },
          ],
        },
        traffic: async (client) =>
          void (await Promise.all(numbers.map((number) => client.ask(`/${number}`)))),
        check: ({ records }) =>
          expect(byTree(records).toSorted()).toEqual(
            numbers.map((number) => `a${number}(b${number}(c${number}))`).toSorted(),
          ),
      }
    },
  },
]
