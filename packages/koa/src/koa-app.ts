import { noteError, RequestHandle } from '@mtaio/core'
import type Application from 'koa'
import type { Context } from 'koa'

const prepared = new WeakSet<Application>()

/** What an app gets once: `ctx.mtaio`, and an ear for its errors. Called at its first request. */
export function prepare(app: Application): void {
  if (prepared.has(app)) return
  prepared.add(app)
  Object.defineProperty(app.context, 'mtaio', {
    configurable: true,
    get(this: Context) {
      return new RequestHandle(this.req)
    },
  })
  // Koa adds its own listener, which logs, only where there is none; that was when `callback()` was
  // called, and so before any request. The first, since a listener of the app may throw.
  app.prependListener('error', (error: unknown, ctx?: Partial<Context>) => {
    if (ctx?.req !== undefined) noteError(ctx.req, error)
  })
}
