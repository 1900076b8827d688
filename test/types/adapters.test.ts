import { createMtaio, Mtaio, mtaioExpress } from '@mtaio/express'
import { mtaioFastify, type AdapterOptions, type RequestHandle } from '@mtaio/fastify'
import { mtaioKoa } from '@mtaio/koa'
import Router from '@koa/router'
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import Koa from 'koa'
import { describe, expect, expectTypeOf, it } from 'vitest'

// What is written here is checked by `pnpm run typecheck`; that it also runs is a small extra.
describe('types', () => {
  it('of Fastify: the plugin, its options, the decorators', async () => {
    expectTypeOf(mtaioFastify).toExtend<FastifyPluginAsync<AdapterOptions>>()
    const app = fastify()
    await app.register(mtaioFastify)
    await app.register(mtaioFastify, { path: '/status', thresholds: { cpu_usage: 80 } })
    await app.register(mtaioFastify, { mtaio: createMtaio({ enabled: false }) })
    // @ts-expect-error The path is text.
    expect(() => app.register(mtaioFastify, { path: 7 })).not.toThrow()
    expectTypeOf(app.mtaio).toEqualTypeOf<Mtaio>()
    // @ts-expect-error It is decorated by the plugin, not by the app.
    expect(() => (app.mtaio = createMtaio())).not.toThrow()
    app.get('/', (request) => {
      expectTypeOf(request.mtaio).toEqualTypeOf<RequestHandle>()
      request.mtaio.route = '/x'
    })
    await app.close()
  })

  it('of Fastify over HTTP/2', async () => {
    const app = fastify({ http2: true })
    await app.register(mtaioFastify, { interval: 2 })
    expectTypeOf(app.mtaio).toEqualTypeOf<Mtaio>()
    expect(app.mtaio.monitor.interval).toBe(2)
    await app.close()
  })

  it('of a plugin that is given the app of Fastify', async () => {
    const shop = async (app: FastifyInstance): Promise<void> => {
      await app.register(mtaioFastify)
      await app.mtaio.profiler.traceContext('setup', () => {})
    }
    const app = fastify()
    await app.register(shop)
    // The scope of the shop has it, the app around it has not.
    expect(app.hasDecorator('mtaio')).toBe(false)
    await app.close()
  })

  it('of Koa: the middleware, ctx.mtaio, also behind a router', async () => {
    const monitoring = mtaioKoa({ interval: 2 })
    expectTypeOf(monitoring.mtaio).toEqualTypeOf<Mtaio>()
    // @ts-expect-error There is no such option.
    expect(() => mtaioKoa({ intervall: 2 })).toThrow('intervall')
    const app = new Koa()
    app.use(monitoring)
    app.use((ctx, next) => {
      expectTypeOf(ctx.mtaio).toEqualTypeOf<RequestHandle>()
      ctx.mtaio.route = '/x'
      // @ts-expect-error A pattern is text.
      ctx.mtaio.route = 7
      return next()
    })
    app.use(new Router().get('/', (ctx) => void (ctx.mtaio.route = '/y')).routes())
    await monitoring.mtaio.stop()
  })

  it('of Koa with a state and a context of its own', async () => {
    interface State {
      readonly user: string
    }
    const app = new Koa<State, { readonly shop: string }>()
    const monitoring = mtaioKoa()
    app.use(monitoring)
    app.use((ctx) => {
      expectTypeOf(ctx.state.user).toEqualTypeOf<string>()
      expectTypeOf(ctx.mtaio).toEqualTypeOf<RequestHandle>()
    })
    expect(app.middleware).toContain(monitoring)
    await monitoring.mtaio.stop()
  })

  it('of options that an environment may not set', () => {
    const token = process.env['NO_SUCH_TOKEN']
    const { mtaio } = mtaioExpress({
      token,
      thresholds: undefined,
      limits: { maxRoutes: undefined },
    })
    mtaio.monitor.setThreshold('cpu_usage', 80, { for: undefined })
    expect(mtaio.options.limits.maxRoutes).toBe(1000)
  })

  it('of core, from every adapter', () => {
    const { mtaio } = mtaioExpress({ enabled: false })
    expectTypeOf(mtaio).toEqualTypeOf<Mtaio>()
    expect(mtaio).toBeInstanceOf(Mtaio)
  })
})
