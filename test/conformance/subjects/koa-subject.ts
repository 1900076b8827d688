import { createServer } from 'node:http'
import { createServer as createServer2 } from 'node:http2'
import { mtaioKoa } from '@mtaio/koa'
import Router from '@koa/router'
import type Koa from 'koa'
import koa2 from 'koa2'
import koa3 from 'koa3'
import type { AppPlan, Exchange, RoutePlan, Subject } from './subject.ts'

function exchangeOf(ctx: Koa.Context, next: Koa.Next): Exchange {
  return {
    req: ctx.req,
    res: ctx.res,
    params: (ctx as { params?: Record<string, string> }).params ?? {},
    send: (text, status = 200, headers = {}) => {
      ctx.status = status
      ctx.set(headers)
      ctx.body = text
    },
    stream: (source) => {
      ctx.type = 'text'
      ctx.body = source
      // Koa reports the error and leaves the response open; the app has to break it off.
      source.on('error', () => setImmediate(() => ctx.res.destroy()))
    },
    takeOver: () => {
      ctx.respond = false
      return ctx.res
    },
    pass: () => next(),
    fail: (error) => Promise.reject(error),
  }
}

function add(to: Router, { method = 'GET', path, mounts = [], handle }: RoutePlan): void {
  const routers = [to, ...mounts.map(() => new Router())]
  const name = method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'
  routers.at(-1)![name](path, (ctx, next) => handle(exchangeOf(ctx as Koa.Context, next)))
  for (const [at, mount] of [...mounts.entries()].toReversed()) {
    routers[at]!.use(mount, routers[at + 1]!.routes())
  }
}

/** The way that Koa's documentation gives: answer, and report the error to the app. */
function handleErrors(app: Koa, onError: NonNullable<AppPlan['onError']>): void {
  app.on('error', () => {})
  app.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      onError(error, exchangeOf(ctx, next))
      ctx.app.emit('error', error, ctx)
    }
  })
}

function koaSubject(major: number, KoaClass: typeof Koa): Subject {
  return {
    name: `Koa ${major}`,
    framework: 'koa',
    major,
    protocols: ['HTTP/1.1', 'HTTP/2'],
    async build(plan, mtaio, protocol) {
      const app = new KoaClass()
      if (mtaio !== null) {
        for (let i = 0; i < (plan.mounted ?? 1); i++) app.use(mtaioKoa({ mtaio }))
      }
      if (plan.onError !== undefined) handleErrors(app, plan.onError)
      plan.koa?.(app, Router)
      const router = new Router()
      for (const route of plan.routes ?? []) add(router, route)
      app.use(router.routes()).use(router.allowedMethods())
      const { notFound } = plan
      if (notFound !== undefined) app.use((ctx, next) => notFound(exchangeOf(ctx, next)))
      const listener = app.callback()
      return {
        app,
        server: protocol === 'HTTP/2' ? createServer2(listener) : createServer(listener),
        dispatch: (req, res) => void listener(req, res),
        close: async () => {},
      }
    },
  }
}

export const koaSubjects: readonly Subject[] = [koaSubject(2, koa2), koaSubject(3, koa3)]
