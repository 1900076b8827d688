import { createMtaio } from '@mtaio/core'
import { mtaioFastify } from '@mtaio/fastify'
import type { Express } from 'express'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { requestText } from '../../support/raw-http.ts'
import { outcomes } from '../harness/outcomes.ts'
import { RunningApp } from '../harness/running-app.ts'
import { only, type Scenario } from '../harness/scenario.ts'
import type { Handler } from '../subjects/subject.ts'

const hello: Handler = (exchange) => exchange.send('hello')

/** The layers of an app, of which Express 4 throws for `router`, and Express 5 has no `_router`. */
function stackOf(app: Express): unknown[] {
  const { _router } = app as { readonly _router?: { readonly stack: unknown[] } }
  return _router?.stack ?? app.router.stack
}

/** How mtaio and the app come together. */
export const mountingScenarios: readonly Scenario[] = [
  {
    name: 'mounted twice: no throw, one sample',
    over: 'both',
    make: () => ({
      plan: { mounted: 2, routes: [{ path: '/', handle: hello }] },
      traffic: async (client) => void (await client.ask('/')),
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /']),
    }),
  },
  {
    name: 'Fastify scopes beside each other, and one before the app, each with mtaio: no throw, one sample',
    over: 'both',
    except: only('fastify', 'scopes'),
    make: ({ mtaio }) => ({
      plan: {
        mounted: 0,
        fastify: (app) => {
          const watch = (scope: FastifyInstance): void => {
            if (mtaio !== null) scope.register(mtaioFastify, { mtaio })
          }
          for (const path of ['/one', '/two']) {
            app.register(async (scope) => {
              watch(scope)
              scope.get(path, async () => path)
            })
          }
          watch(app)
        },
        routes: [{ path: '/', handle: hello }],
      },
      async traffic(client) {
        for (const path of ['/one', '/two', '/', '/nowhere']) await client.ask(path)
      },
      check: ({ records }) =>
        expect(outcomes(records)).toEqual([
          'ok 200 /one',
          'ok 200 /two',
          'ok 200 /',
          'ok 404 (unmatched)',
        ]),
    }),
  },
  {
    name: 'two apps in one process: apps isolated',
    over: 'both',
    make: ({ subject, protocol, mtaio }) => ({
      plan: { routes: [{ path: '/one', handle: hello }] },
      async traffic(client) {
        const plan = { routes: [{ path: '/two', handle: hello }] }
        const second = mtaio === null ? null : createMtaio({ source: 'procfs' })
        const other = await RunningApp.start(subject, plan, second, protocol)
        await other.client.ask('/two')
        await client.ask('/one')
        await other.close()
        await second?.stop()
        if (second !== null) {
          expect([...second.http.routes].map(({ name }) => name)).toEqual(['GET /two'])
        }
      },
      check: ({ records }) => expect(outcomes(records)).toEqual(['ok 200 /one']),
    }),
  },
  {
    name: 'an app that is made anew while it runs (HMR): both count into one instance, once each',
    over: 'both',
    make: ({ subject, protocol, mtaio }) => ({
      // One more, which came to the other server.
      unseen: -1,
      plan: { routes: [{ path: '/users/:id', handle: hello }] },
      async traffic(client) {
        await client.ask('/users/1')
        const plan = { routes: [{ path: '/people/:id', handle: hello }] }
        const renewed = await RunningApp.start(subject, plan, mtaio, protocol)
        await renewed.client.ask('/people/1')
        await renewed.close()
        await client.ask('/users/2')
        if (mtaio !== null) {
          expect([...mtaio.http.routes].map(({ name }) => name)).toEqual([
            'GET /users/:id',
            'GET /people/:id',
          ])
        }
      },
      check: ({ records }) => expect(records).toHaveLength(3),
    }),
  },
  {
    name: 'Express app that cuts its stack off to load its routes anew (HMR): keeps all of its own layers',
    over: 'HTTP/1.1',
    except: only('express', 'stack of layers'),
    make: () => {
      let cutOff = (): void => {}
      let load = (): void => {}
      return {
        plan: {
          express: (app) => {
            app.get('/kept/:id', (_req, res) => void res.send('kept'))
            const stack = stackOf(app)
            const { length } = stack
            cutOff = () => void (stack.length = length)
            load = () => void app.get('/new/:id', (_req, res) => void res.send('new'))
            app.get('/old', (_req, res) => void res.send('old'))
          },
        },
        async traffic(client) {
          await client.ask('/old')
          cutOff()
          await client.ask('/kept/1')
          await client.ask('/old')
          cutOff()
          load()
          await client.ask('/new/1')
          await client.ask('/kept/2')
        },
        check: ({ records }) =>
          expect(outcomes(records)).toEqual([
            'ok 200 /old',
            'ok 200 /kept/:id',
            'ok 404 (unmatched)',
            'ok 200 /new/:id',
            'ok 200 /kept/:id',
          ]),
      }
    },
  },
  {
    name: 'open /_monitor streams: stop() ends them at once, and server.close ends',
    over: 'HTTP/1.1',
    incomparable: 'a bare app has no such page',
    make: ({ mtaio }) => {
      let closeServer: () => Promise<void> = async () => {}
      return {
        plan: {
          routes: [{ path: '/', handle: hello }],
          server: (server) => {
            closeServer = () => new Promise((resolve) => server.close(() => resolve()))
          },
        },
        // The page is no traffic of the app.
        unseen: 10,
        async traffic(client) {
          const streams = await Promise.all(Array.from({ length: 10 }, () => client.connect()))
          for (const stream of streams) stream.send(requestText('/_monitor/api/stream'))
          for (const stream of streams) await stream.until(/text\/event-stream/)
          const startMs = performance.now()
          const closed = closeServer()
          await mtaio?.stop()
          await Promise.all(streams.map((stream) => stream.closed))
          await closed
          expect(performance.now() - startMs).toBeLessThan(1000)
        },
        check: ({ records }) => expect(records).toEqual([]),
      }
    },
  },
  {
    name: 'inject(): one record, ok',
    over: 'HTTP/1.1',
    except: only('fastify', 'inject()'),
    make: () => {
      let inject: FastifyInstance['inject'] | undefined
      return {
        // It does not come to the server.
        unseen: -2,
        plan: {
          routes: [
            { path: '/users/:id', handle: hello },
            {
              path: '/fail',
              handle: () => {
                throw new Error('broken')
              },
            },
          ],
          fastify: (app) => {
            inject = app.inject.bind(app) as typeof inject
          },
        },
        async traffic() {
          expect((await inject!('/users/7')).body).toBe('hello')
          expect((await inject!('/fail')).statusCode).toBe(500)
        },
        check: ({ records }) =>
          expect(outcomes(records)).toEqual(['ok 200 /users/:id', 'error 500 /fail']),
      }
    },
  },
  {
    name: 'Fastify encapsulation, routes before and after, child plugins, 404 handlers: all counted',
    over: 'both',
    except: only('fastify', 'encapsulation'),
    make: () => ({
      plan: {
        notFound: (exchange) => exchange.send('nothing', 404),
        fastify: async (app) => {
          app.get('/first', async () => 'first')
          app.register(
            async (child) => {
              child.addHook('onRequest', async () => {})
              child.get('/child/:id', async () => 'child')
              child.setNotFoundHandler({ preHandler: async () => {} }, async (_request, reply) =>
                reply.code(404).send('not in the child'),
              )
              child.register(async (grandchild) => grandchild.get('/:x', async () => 'deep'), {
                prefix: '/grand',
              })
            },
            { prefix: '/v1' },
          )
        },
        routes: [{ path: '/last', handle: hello }],
      },
      async traffic(client) {
        for (const path of ['/first', '/v1/child/7', '/v1/grand/8', '/last', '/v1/none', '/none']) {
          await client.ask(path)
        }
      },
      check: ({ records }) =>
        expect(outcomes(records)).toEqual([
          'ok 200 /first',
          'ok 200 /v1/child/:id',
          'ok 200 /v1/grand/:x',
          'ok 200 /last',
          'ok 404 (unmatched)',
          'ok 404 (unmatched)',
        ]),
    }),
  },
  {
    name: 'Fastify validation errors and hooks that answer or fail: counted as they answer',
    over: 'both',
    except: only('fastify', 'validation'),
    make: () => ({
      plan: {
        fastify: (app) => {
          const params = { type: 'object', properties: { id: { type: 'integer' } } }
          app.get('/valid/:id', { schema: { params } }, async () => 'valid')
          app.get(
            '/early',
            { preHandler: async (_request, reply) => reply.send('early') },
            async () => 'never',
          )
          app.get(
            '/hook',
            {
              preHandler: async () => {
                throw new Error('hook')
              },
            },
            async () => 'never',
          )
          app.get(
            '/late',
            {
              onSend: async () => {
                throw new Error('late')
              },
            },
            async () => 'never',
          )
        },
      },
      async traffic(client) {
        for (const path of ['/valid/x', '/early', '/hook', '/late']) await client.ask(path)
      },
      check: ({ records }) =>
        expect(outcomes(records)).toEqual([
          'ok 400 /valid/:id',
          'ok 200 /early',
          'error 500 /hook',
          'error 500 /late',
        ]),
    }),
  },
  {
    name: 'Fastify onRequestAbort and onResponse of the app run as without mtaio',
    over: 'HTTP/1.1',
    except: only('fastify', 'hooks'),
    make: () => {
      const ran: string[] = []
      return {
        plan: {
          fastify: (app) => {
            app.addHook('onRequestAbort', async (_request) => void ran.push('onRequestAbort'))
            app.addHook('onResponse', async () => void ran.push('onResponse'))
            app.get('/hang', () => new Promise(() => {}))
          },
          routes: [{ path: '/', handle: hello }],
        },
        async traffic(client) {
          await client.ask('/')
          await client.leave('/hang', () => new Promise((resolve) => setTimeout(resolve, 20)))
          await expect.poll(() => ran).toEqual(['onResponse', 'onRequestAbort'])
        },
        check: ({ records }) =>
          expect(outcomes(records)).toEqual(['ok 200 /', 'aborted 499 /hang']),
      }
    },
  },
]
