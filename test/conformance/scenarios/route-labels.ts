import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { requestText } from '../../support/raw-http.ts'
import { outcomes } from '../harness/outcomes.ts'
import { only, type Scenario } from '../harness/scenario.ts'
import type { AppPlan, Handler, Subject } from '../subjects/subject.ts'

const hello: Handler = (exchange) => exchange.send('hello')

const throws: Handler = () => {
  throw new Error('broken')
}

/** A row that asks for paths and names the label of each; `METHOD /path` for another than GET. */
function labels(
  name: string,
  plan: AppPlan,
  wanted: readonly (readonly [target: string, route: string])[],
  except?: Scenario['except'],
): Scenario {
  return {
    name,
    over: 'both',
    ...(except === undefined ? {} : { except }),
    make: () => ({
      plan,
      async traffic(client) {
        for (const [target] of wanted) {
          const [path = '', method = 'GET'] = target.split(' ').toReversed()
          await client.ask(path, { method })
        }
      },
      check: ({ records }) =>
        expect(records.map(({ entry }) => entry?.route)).toEqual(wanted.map(([, route]) => route)),
    }),
  }
}

const not =
  (framework: Subject['framework'], reason: string): NonNullable<Scenario['except']> =>
  (subject) =>
    subject.framework === framework ? reason : null

/** What requests are counted as. */
export const labelScenarios: readonly Scenario[] = [
  {
    name: '1,000 tenants -> one label /api/v1/:tenant/users/:id',
    over: 'HTTP/1.1',
    make: () => ({
      plan: {
        routes: [{ mounts: ['/api/v1/:tenant', '/users'], path: '/:id', handle: hello }],
      },
      async traffic(client) {
        const connection = await client.connect()
        // Not all at once: Koa's own listeners on the connection would pile up.
        for (let sent = 0; sent < 1000; sent += 50) {
          const tenants = Array.from({ length: 50 }, (_, i) => sent + i)
          connection.send(
            tenants.map((i) => requestText(`/api/v1/tenant-${i}/users/${i * 7}`)).join(''),
          )
          await connection.times('hello', sent + 50)
        }
      },
      check: ({ mtaio }) => {
        const routes = [...mtaio.http.routes]
        expect(routes.map(({ name }) => name)).toEqual(['GET /api/v1/:tenant/users/:id'])
        expect(routes[0]?.operation.histogram.count).toBe(1000)
      },
    }),
  },
  labels(
    'nested routers, prefixes and parameters: the pattern as it was written',
    {
      routes: [
        { path: '/', handle: hello },
        { path: '/plain', handle: hello },
        { mounts: ['/:a'], path: '/b/:c', handle: hello },
        { mounts: ['/x', '/:y', '/z'], path: '/:last', handle: hello },
      ],
    },
    [
      ['/?q=1', '/'],
      ['/plain', '/plain'],
      ['/one/b/two', '/:a/b/:c'],
      ['/x/1/z/2', '/x/:y/z/:last'],
    ],
  ),
  labels(
    'handler error or nested-router throw: same label as on success',
    {
      routes: [
        {
          mounts: ['/api/:tenant', '/users'],
          path: '/:id',
          handle: (exchange) =>
            exchange.params['id'] === '7' ? throws(exchange) : hello(exchange),
        },
        {
          mounts: ['/late/:tenant'],
          path: '/:id',
          handle: async (exchange) => {
            await sleep(1)
            await exchange.fail(new Error('late'))
          },
        },
      ],
    },
    [
      ['/api/acme/users/8', '/api/:tenant/users/:id'],
      ['/api/acme/users/7', '/api/:tenant/users/:id'],
      ['/late/acme/7', '/late/:tenant/:id'],
    ],
  ),
  labels(
    'fall-through next() leaves a stale route on a 404: (unmatched)',
    {
      routes: [
        { path: '/users/:id', handle: (exchange) => exchange.pass() },
        { mounts: ['/api'], path: '/users/:id', handle: (exchange) => exchange.pass() },
      ],
    },
    [
      ['/users/7', '(unmatched)'],
      ['/api/users/7', '(unmatched)'],
    ],
  ),
  labels(
    "fall-through to the app's own 404: (unmatched)",
    {
      routes: [{ path: '/users/:id', handle: (exchange) => exchange.pass() }],
      notFound: (exchange) => exchange.send('nothing here', 404),
    },
    [['/users/7', '(unmatched)']],
    not('koa', 'it does not say who answered, and a handler may do so after next()'),
  ),
  labels(
    'a route that answers 404 itself keeps its label',
    { routes: [{ path: '/users/:id', handle: (exchange) => exchange.send('no such user', 404) }] },
    [['/users/7', '/users/:id']],
  ),
  labels(
    'Express path is a RegExp, an array, or absent: a string label, no throw',
    {
      express: (app, make) => {
        const answer = (_req: unknown, res: { send(text: string): void }): void => res.send('ok')
        app.get(/^\/re(\d+)$/, answer)
        app.get(['/a/:x', '/b'], answer)
        app.use(['/m/:x', '/n'], make.Router().get('/leaf', answer))
        app.use(make.Router().get('/bare', answer))
        app.use('/static', answer)
      },
    },
    [
      ['/re12', String(/^\/re(\d+)$/)],
      ['/a/1', '/a/:x|/b'],
      ['/m/1/leaf', '/m/:x|/n/leaf'],
      ['/bare', '/bare'],
      ['/static/file', '(unmatched)'],
    ],
    only('express', 'such paths'),
  ),
  labels(
    'Koa path is a RegExp, an array, or absent: a string label, no throw',
    {
      koa: (app, Router) => {
        const router = new Router()
        router.get(/^\/re(\d+)$/, (ctx) => void (ctx.body = 'ok'))
        router.get(['/a/:x', '/b'], (ctx) => void (ctx.body = 'ok'))
        app.use(router.routes())
        app.use((ctx, next) => (ctx.path === '/bare' ? void (ctx.body = 'ok') : next()))
      },
    },
    [
      ['/re12', String(/^\/re(\d+)$/)],
      ['/a/1', '/a/:x'],
      ['/b', '/b'],
      ['/bare', '(unmatched)'],
    ],
    only('koa', 'such paths'),
  ),
  labels(
    'Fastify wildcard, RegExp and several parameters in one segment: the pattern as it was written',
    {
      fastify: (app) => {
        app.get('/files/*', async () => 'ok')
        app.get('/re/:id(^\\d+$)', async () => 'ok')
        app.get('/at/:hour(^\\d{2})h:minute(^\\d{2})m', async () => 'ok')
        app.get('/opt/:maybe?', async () => 'ok')
      },
    },
    [
      ['/files/a/b/c', '/files/*'],
      ['/re/12', '/re/:id(^\\d+$)'],
      ['/at/08h24m', '/at/:hour(^\\d{2})h:minute(^\\d{2})m'],
      ['/opt', '/opt/:maybe?'],
    ],
    only('fastify', 'such paths'),
  ),
  labels(
    'putting names back in place of values is never guessed: /:a/b/:c/d whatever the values',
    { routes: [{ mounts: ['/:a/b'], path: '/:c/d', handle: hello }] },
    [
      ['/b/b/b/d', '/:a/b/:c/d'],
      ['/d/b/d/d', '/:a/b/:c/d'],
      ['/:a/b/:c/d', '/:a/b/:c/d'],
      ['/%2F/b/%2e%2e/d', '/:a/b/:c/d'],
    ],
  ),
  labels(
    '404, 405 and OPTIONS that no route is for: (unmatched), one label',
    { routes: [{ path: '/users/:id', handle: hello }] },
    [
      ['/nowhere', '(unmatched)'],
      ['/nowhere/else/1', '(unmatched)'],
      ['DELETE /users/7', '(unmatched)'],
      ['OPTIONS /users/7', '(unmatched)'],
      ['POST /users/7', '(unmatched)'],
    ],
  ),
  labels(
    'a generic route shadows a specific one: the own pattern of the handler',
    {
      routes: [
        { path: '/:what', handle: hello },
        { path: '/users', handle: hello },
      ],
    },
    [['/users', '/:what']],
    not('fastify', 'its router takes the specific route'),
  ),
  labels(
    'a specific route beside a generic one in Fastify: the own pattern of the handler',
    {
      routes: [
        { path: '/:what', handle: hello },
        { path: '/users', handle: hello },
      ],
    },
    [
      ['/users', '/users'],
      ['/others', '/:what'],
    ],
    only('fastify', 'such a router'),
  ),
  labels(
    'Koa nested routers with prefixes: the own pattern of the handler',
    {
      koa: (app, Router) => {
        const users = new Router({ prefix: '/users' }).get('/:id', (ctx) => void (ctx.body = 'ok'))
        const api = new Router({ prefix: '/api' }).use('/:tenant', users.routes())
        app.use(api.routes())
      },
    },
    [['/api/acme/users/7', '/api/:tenant/users/:id']],
    only('koa', 'router with a prefix'),
  ),
  {
    name: 'what the app says goes before what the framework says',
    over: 'both',
    make: ({ mtaio }) => ({
      plan: {
        routes: [
          {
            path: '/pages/:any',
            handle: (exchange) => {
              mtaio?.setRoute(exchange.req, '/pages/:slug')
              exchange.send('page')
            },
          },
        ],
        notFound: (exchange) => {
          mtaio?.setRoute(exchange.res, '/files/*')
          exchange.send('file')
        },
      },
      async traffic(client) {
        await client.ask('/pages/1')
        await client.ask('/a/b')
      },
      check: ({ records }) =>
        expect(outcomes(records)).toEqual(['ok 200 /pages/:slug', 'ok 200 /files/*']),
    }),
  },
  {
    name: 'an aborted request has the label of its route, also below a mount',
    over: 'both',
    make: () => {
      let runs = false
      return {
        plan: {
          routes: [
            {
              mounts: ['/api/:tenant'],
              path: '/:id',
              handle: () => {
                runs = true
                return new Promise(() => {})
              },
            },
          ],
        },
        traffic: (client) =>
          client.leave('/api/acme/7', () => expect.poll(() => runs, { interval: 2 }).toBe(true)),
        check: ({ records }) => expect(outcomes(records)).toEqual(['aborted 499 /api/:tenant/:id']),
      }
    },
  },
]
