import { noteError, RequestHandle } from '@mtaio/core'
import type Application from 'koa'
import type { Context } from 'koa'

/** Where all the mounts are kept that a context has been in, as koa-mount was told them, in order. */
export const kMounts: unique symbol = Symbol('mtaio.mounts')

interface Mounted {
  [kMounts]?: readonly string[]
}

const prepared = new WeakSet<Application>()

/** What an app gets once: `ctx.mtaio`, and an ear for its mounts and errors. Called at its first request. */
export function prepare(app: Application): void {
  if (prepared.has(app)) return
  prepared.add(app)
  Object.defineProperty(app.context, 'mtaio', {
    configurable: true,
    get(this: Context) {
      return new RequestHandle(this.req)
    },
  })
  // koa-mount leaves only the latest on a context.
  Object.defineProperty(app.context, 'mountPath', {
    configurable: true,
    get(this: Mounted) {
      return this[kMounts]?.at(-1)
    },
    set(this: Mounted, path: string) {
      this[kMounts] = [...(this[kMounts] ?? []), path]
    },
  })
  // Koa adds its own listener, which logs, only where there is none; that was when `callback()` was
  // called, and so before any request. The first, since a listener of the app may throw.
  app.prependListener('error', (error: unknown, ctx?: Partial<Context>) => {
    if (ctx?.req !== undefined) noteError(ctx.req, error)
  })
}
