import {
  resolveMtaio,
  type AdapterOptions,
  type HttpAdapter,
  type Mtaio,
  type RequestHandle,
} from '@mtaio/core'
import type { Middleware, Next, ParameterizedContext } from 'koa'
import { prepare } from './koa-app.ts'
import { labelOf, type RoutedContext } from './route-label.ts'

export * from '@mtaio/core'

declare module 'koa' {
  interface BaseContext {
    /**
     * What mtaio is told about this request: `ctx.mtaio.route = '/files/*'`. There from `mtaioKoa()`
     * on; middleware that comes before it may find it undefined.
     */
    readonly mtaio: RequestHandle
  }
}

/** Middleware for Koa 2 and 3 that carries its instance of mtaio. */
export interface MtaioKoa extends Middleware {
  readonly mtaio: Mtaio
}

const adapter: HttpAdapter<RoutedContext> = { route: (_req, _res, ctx) => labelOf(ctx) }

/**
 * Monitors and profiles an app of Koa 2 or 3. Put it before everything else.
 *
 * Errors are taken from where Koa and its middleware report them, `app.emit('error', error, ctx)`.
 * A handler of yours that answers an error by itself and does not emit it calls
 * `ctx.mtaio.noteError(error)` to have it on the record.
 *
 * @param options All may be left out; `mtaio` is an instance to share with other apps.
 * @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`
 *
 * @example
 * app.use(mtaioKoa()) // then open /_monitor
 */
export function mtaioKoa(options: AdapterOptions = {}): MtaioKoa {
  const mtaio = resolveMtaio(options)
  const { http, status, enabled } = mtaio
  let app: unknown = null

  function mtaioMiddleware(ctx: ParameterizedContext, next: Next): Promise<unknown> | void {
    if (ctx.app !== app) prepare((app = ctx.app))
    if (!enabled) return next()
    const { req, res } = ctx
    if (status.handle(req, res)) {
      ctx.respond = false
      return
    }
    // Nothing is hung on the promise: that would be one more for each request.
    return http.follow(req, res, adapter, next, ctx)
  }

  void mtaio.start()
  return Object.assign(mtaioMiddleware, { mtaio })
}
