import { RequestHandle } from '@mtaio/core'
import type { Request } from 'express'
import { routerOf, type App, type Handle } from './express-internals.ts'
import { follow } from './follow.ts'

declare global {
  namespace Express {
    interface Request {
      /** What mtaio is told about this request: `req.mtaio.route = '/files/*'`. */
      readonly mtaio: RequestHandle
    }
  }
}

/** Prepares an app, and the one that it is mounted in, for the requests that will come. */
export function see(app: App): void {
  follow(routerOf(app))
  let root = app
  while (root.parent !== undefined) root = root.parent
  // The requests of mounted apps inherit from those of the root.
  if ('mtaio' in root.request) return
  Object.defineProperty(root.request, 'mtaio', {
    configurable: true,
    get(this: Request) {
      return new RequestHandle(this)
    },
    // An app may have something of its own under this name.
    set(this: Request, value: unknown) {
      const own = { value, configurable: true, enumerable: true, writable: true }
      Object.defineProperty(this, 'mtaio', own)
    },
  })
}

/**
 * Lets the middleware hear of its app at once, so that the very first request is followed from its
 * beginning, and mounts that are declared from now on are seen: `app.use` emits `mount` on whatever
 * looks like an app. Its layer becomes an ordinary one again.
 */
export function hearOfApp(middleware: Handle & { parent?: App; mountpath?: unknown }): void {
  Object.defineProperties(middleware, {
    set: { value: () => {} },
    handle: { value: middleware },
    emit: {
      value(_event: 'mount', app: App) {
        delete middleware.parent
        delete middleware.mountpath
        const layer = routerOf(app).stack.at(-1)
        if (layer?.name === 'mounted_app') {
          layer.handle = middleware
          layer.name = middleware.name
        }
        see(app)
      },
    },
  })
}
