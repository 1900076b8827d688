import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { requestText } from '../../support/raw-http.ts'
import type { RawClient } from '../harness/client.ts'
import { Arrivals, outcomes } from '../harness/outcomes.ts'
import { only, type Scenario } from '../harness/scenario.ts'
import { forever, type Exchange, type Handler } from '../subjects/subject.ts'

const broken = (): Error => new TypeError('broken')

const fails: Record<string, Handler> = {
  throws: () => {
    throw broken()
  },
  'rejects later': async () => {
    await sleep(1)
    throw broken()
  },
  'passes an error on': (exchange) => exchange.fail(broken()),
}

const THROWN: Record<string, () => unknown> = {
  null: () => null,
  undefined: () => undefined,
  'a string': () => 'broken',
  'a number': () => 42,
  'a frozen object': () => Object.freeze({ broken: true }),
  'a frozen Error': () => Object.freeze(new Error('frozen')),
  'an Error with a status': () => Object.assign(new Error('teapot'), { status: 418 }),
  'a Proxy of an Error': () => new Proxy(new Error('proxied'), {}),
  'an object without a prototype': () => Object.create(null) as object,
}

/** A busy machine may stand still for longer than an answer takes. */
const PATIENCE_MS = 3000

/** Asks where an answer may never come: then the client leaves. */
async function askBriefly(client: RawClient, path: string): Promise<void> {
  const connection = await client.connect()
  connection.send(requestText(path, { headers: { connection: 'close' } }))
  await Promise.race([connection.closed, sleep(PATIENCE_MS)])
  connection.destroy()
  await connection.closed
}

/** Something goes wrong in the app. */
export const errorScenarios: readonly Scenario[] = [
  ...Object.entries(fails).map(([how, handle]): Scenario => ({
    name: `a handler ${how}: labelled 500, with its error`,
    over: 'both',
    except: ({ name }) =>
      name === 'Express 4' && how === 'rejects later'
        ? 'Express 4 does not wait for promises; it has a scenario of its own'
        : null,
    make: () => ({
      plan: { routes: [{ path: '/fail', handle }] },
      traffic: async (client) => void (await client.ask('/fail')),
      check: ({ records }) => {
        expect(outcomes(records)).toEqual(['error 500 /fail'])
        expect(records[0]?.error).toMatchObject({ name: 'TypeError', message: 'broken' })
      },
    }),
  })),
  ...Object.entries(THROWN).map(([what, make]): Scenario => ({
    name: `throw ${what}: the app's response is unchanged`,
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [
          {
            path: '/fail',
            handle: () => {
              throw make()
            },
          },
        ],
      },
      traffic: (client) => askBriefly(client, '/fail'),
      check: ({ records, transcript }) => {
        const sent = /^HTTP\/1\.1 (\d+)/.exec(transcript[0]!)?.[1]
        const { status, outcome } = records[0]!
        expect([status, outcome]).toEqual(
          sent === undefined
            ? [499, 'aborted']
            : [Number(sent), Number(sent) >= 500 ? 'error' : 'ok'],
        )
      },
    }),
  })),
  {
    name: 'Express 4 async rejection hangs: ended on close; no process handlers of ours',
    over: 'HTTP/1.1',
    except: ({ name }) => (name === 'Express 4' ? null : `${name} waits for promises`),
    make: () => {
      const arrivals = new Arrivals()
      return {
        plan: {
          routes: [
            {
              path: '/fail',
              handle: async () => {
                arrivals.arrive()
                await sleep(1)
                throw broken()
              },
            },
          ],
        },
        async traffic(client) {
          await client.leave('/fail', async () => {
            await arrivals.wait()
            await sleep(20)
          })
        },
        check: ({ records }) => expect(outcomes(records)).toEqual(['aborted 499 /fail']),
      }
    },
  },
  {
    name: "next('route') and next('router') are not an error",
    over: 'HTTP/1.1',
    except: only('express', 'next() with a name'),
    make: () => ({
      plan: {
        express: (app, make) => {
          app.get('/a/:x', (_req, _res, next) => next('route'))
          app.get('/a/:y', (_req, res) => void res.send('the second route'))
          const router = make.Router()
          router.use((_req, _res, next) => next('router'))
          router.get('/x', (_req, res) => void res.send('never'))
          app.use('/b', router)
          app.get('/b/:z', (_req, res) => void res.send('behind the router'))
        },
      },
      async traffic(client) {
        await client.ask('/a/1')
        await client.ask('/b/1')
      },
      check: ({ records }) => {
        expect(outcomes(records)).toEqual(['ok 200 /a/:y', 'ok 200 /b/:z'])
        expect(records.map(({ error }) => error)).toEqual([undefined, undefined])
      },
    }),
  },
  ...(
    [
      [503, 'error'],
      [422, 'ok'],
    ] as const
  ).map(([status, outcome]): Scenario => ({
    name: `the user's own error handler is still called and answers ${status}: our record has the error and that status`,
    over: 'both',
    make: () => {
      let called = 0
      return {
        plan: {
          routes: [{ path: '/fail', handle: fails['throws']! }],
          onError: (error, exchange) => {
            called++
            exchange.send(`sorry: ${(error as Error).message}`, status, { 'x-handled': 'yes' })
          },
        },
        traffic: async (client) => {
          expect((await client.ask('/fail')).body).toContain('sorry: broken')
        },
        check: ({ records }) => {
          expect(called).toBe(1)
          expect(outcomes(records)).toEqual([`${outcome} ${status} /fail`])
          expect(records[0]?.error).toMatchObject({ name: 'TypeError', message: 'broken' })
        },
      }
    },
  })),
  ...Object.entries<{ handle: Handler; outcome: string; except?: Scenario['except'] }>({
    'passes the request on twice': {
      handle: async (exchange) => {
        await exchange.pass()
        await exchange.pass()
      },
      // Koa says that next() was called twice, and the other two have answered by then.
      outcome: 'ok 404 (unmatched)',
      except: ({ framework }) =>
        framework === 'koa' ? 'Koa makes an error of it; see the row below' : null,
    },
    'answers twice': {
      handle: (exchange) => {
        exchange.send('first')
        try {
          exchange.send('second')
        } catch {
          // Express says so.
        }
      },
      outcome: 'ok 200 /twice',
    },
    'throws after it answered': {
      handle: (exchange) => {
        exchange.send('answered')
        throw broken()
      },
      outcome: 'any',
    },
    'throws after the headers were sent': {
      handle: (exchange) => {
        exchange.res.writeHead(200).write('begun')
        throw broken()
      },
      outcome: 'any',
    },
    'ends the raw response and answers': {
      handle: (exchange) => {
        exchange.takeOver().writeHead(200).end('raw')
        return Promise.resolve()
      },
      outcome: 'ok 200 /twice',
    },
  }).map(([what, { handle, outcome, except }]): Scenario => ({
    name: `a handler ${what}: one record; never ERR_HTTP_HEADERS_SENT from us`,
    over: 'HTTP/1.1',
    ...(except === undefined ? {} : { except }),
    make: () => ({
      plan: { routes: [{ path: '/twice', handle }] },
      traffic: (client) => askBriefly(client, '/twice'),
      check: ({ records }) => {
        expect(records).toHaveLength(1)
        if (outcome !== 'any') expect(outcomes(records)).toEqual([outcome])
      },
    }),
  })),
  {
    name: 'next() twice in Koa: one record, 500',
    over: 'HTTP/1.1',
    except: only('koa', 'error for a second next()'),
    make: () => ({
      plan: {
        koa: (app) =>
          void app.use(async (_ctx, next) => {
            await next()
            await next()
          }),
      },
      traffic: async (client) => void (await client.ask('/')),
      check: ({ records }) => expect(outcomes(records)).toEqual(['error 500 (unmatched)']),
    }),
  },
  ...Object.entries<(exchange: Exchange) => void>({
    'res.destroy()': ({ res }) => void res.destroy(),
    'res.destroy(error)': ({ res }) => void res.destroy(broken()),
    'req.destroy()': ({ req }) => void req.destroy(),
    'socket.destroy()': ({ req }) => void req.socket.destroy(),
    'socket.resetAndDestroy()': ({ req }) => void req.socket.resetAndDestroy(),
  }).flatMap(([how, destroy]): Scenario[] => [
    {
      name: `${how} by the app before its answer: one record, error, no 2xx`,
      over: 'HTTP/1.1',
      make: () => ({
        plan: {
          routes: [
            {
              path: '/destroy',
              handle: (exchange) => {
                setTimeout(destroy, 5, exchange)
                return forever()
              },
            },
          ],
        },
        traffic: async (client) => void (await client.ask('/destroy')),
        check: ({ records }) => expect(outcomes(records)).toEqual(['error 500 /destroy']),
      }),
    },
    {
      name: `${how} by the app, which answers in the same turn: one record, error`,
      over: 'HTTP/1.1',
      except: ({ name }) =>
        name === 'Fastify 4' && how !== 'res.destroy()' && how !== 'res.destroy(error)'
          ? 'Fastify 4 writes the body before it ends: Node says that nothing was cut off'
          : null,
      make: () => ({
        plan: {
          routes: [
            {
              path: '/destroy',
              handle: (exchange) => {
                destroy(exchange)
                exchange.send('nobody gets this')
              },
            },
          ],
        },
        traffic: async (client) => void (await client.ask('/destroy')),
        check: ({ records, transcript }) => {
          expect(transcript).toEqual([''])
          expect(records.map(({ outcome }) => outcome)).toEqual(['error'])
        },
      }),
    },
    {
      name: `${how} by the app in mid-body: one record, error`,
      over: 'HTTP/1.1',
      make: () => ({
        plan: {
          routes: [
            {
              path: '/destroy',
              handle: (exchange) => {
                exchange.takeOver().writeHead(200).write('begun')
                setTimeout(destroy, 5, exchange)
                return forever()
              },
            },
          ],
        },
        traffic: async (client) => void (await client.ask('/destroy')),
        check: ({ records }) => expect(outcomes(records)).toEqual(['error 200 /destroy']),
      }),
    },
  ]),
  {
    name: 'the app resets the HTTP/2 stream: one record, error',
    over: 'both',
    except: (_subject, protocol) => (protocol === 'HTTP/2' ? null : 'HTTP/1.1 has no streams'),
    make: () => ({
      plan: {
        routes: [
          {
            path: '/reset',
            handle: ({ res }) => {
              const { stream } = res as unknown as { stream: { close(code: number): void } }
              setTimeout(() => stream.close(2), 5)
              return forever()
            },
          },
        ],
      },
      traffic: async (client) => void (await client.ask('/reset')),
      check: ({ records }) => expect(outcomes(records)).toEqual(['error 500 /reset']),
    }),
  },
]
