import { noteError, RequestHandle, type HttpAdapter } from '@mtaio/core'
import type { NextFunction, Request, Response } from 'express'
import {
  rootOf,
  routerOf,
  type App,
  type ErrorStep,
  type Handle,
  type Layer,
  type Path,
  type Route,
  type Router,
} from './express-internals.ts'
import { hearOfMounts } from './mounted-apps.ts'
import { patternOf } from './path-pattern.ts'
import { RouteIndex } from './route-index.ts'

const apps = new WeakMap<App, ExpressApp>()

/** What mtaio knows of one app of Express, with all apps and routers that are mounted in it. */
export class ExpressApp implements HttpAdapter {
  readonly #root: App
  readonly #stack: Layer[]
  readonly #routes: RouteIndex
  #last: Layer
  /** A request has gone past the last layer to those that were added behind it. */
  #isPassed = false

  /** The app that a request came to first, seen from the app that it is in. */
  static of(app: App): ExpressApp {
    const root = rootOf(app)
    let known = apps.get(root)
    if (known === undefined) apps.set(root, (known = new ExpressApp(root)))
    return known
  }

  private constructor(root: App) {
    this.#root = root
    this.#stack = routerOf(root).stack
    this.#last = this.#putLast()
    this.#routes = new RouteIndex(root)
    noticeErrors(Object.getPrototypeOf(this.#last) as Layer)
    nameHandle(root)
  }

  /** Called for every request: looks whether something was added to the app since. */
  follow(): void {
    const stack = this.#stack
    if (stack[stack.length - 1] === this.#last) return
    // A request that is behind the former one counts by its place; then that stays where it is.
    const at = this.#isPassed ? -1 : stack.indexOf(this.#last)
    if (at >= 0) stack.splice(at, 1)
    this.#last = this.#putLast()
    this.#routes.build()
  }

  route(req: object, res: object): string | undefined {
    return this.#routes.labelOf(req as Request, res as Response)
  }

  #putLast(): Layer {
    this.#root.use(afterAll)
    this.#isPassed = false
    const layer = this.#stack.at(-1)!
    const { match } = layer
    // Asked for each request that gets here, with an error or without.
    layer.match = (path) => {
      this.#isPassed ||= layer === this.#last && layer !== this.#stack.at(-1)
      return match.call(layer, path)
    }
    return layer
  }
}

/** For a router that something else than an app calls: nothing says what it is mounted in. */
export const routerAlone: HttpAdapter = {
  route(req) {
    const { route } = req as { readonly route?: Route }
    return route && patternOf(route.path)
  },
}

/**
 * Lets the middleware hear of its app before any request, where it is given to the app itself:
 * `app.use` emits `mount` on whatever looks like an app. Its layer becomes an ordinary one again.
 * From then on routers keep what they are mounted with.
 */
export function hearOfApp(middleware: Handle & { parent?: App; mountpath?: unknown }): void {
  Object.defineProperties(middleware, {
    set: { value: () => {} },
    handle: { value: middleware },
    emit: {
      value(_event: 'mount', app: App) {
        delete middleware.parent
        delete middleware.mountpath
        const router = routerOf(app)
        const layer = router.stack.at(-1)
        if (layer?.name === 'mounted_app') {
          layer.handle = middleware
          layer.name = middleware.name
        }
        keepPaths(router)
        hearOfMounts(app)
      },
    },
  })
}

/**
 * Is the last layer of the app: what gets here has left all routes, and an error that nobody
 * handles passes it on its way to Express' own answer.
 */
function afterAll(_req: Request, _res: Response, next: NextFunction): void {
  next()
}

const noticed = new WeakSet<Layer>()

/** Notes each error that goes from layer to layer. Costs nothing while there is none. */
function noticeErrors(prototype: Layer): void {
  if (noticed.has(prototype)) return
  noticed.add(prototype)
  const name = prototype.handleError === undefined ? 'handle_error' : 'handleError'
  const handle = prototype[name]
  if (handle === undefined) return
  prototype[name] = function (this: Layer, ...args: Parameters<ErrorStep>) {
    noteError(args[2], args[0])
    return handle.apply(this, args)
  }
}

/** Gives the requests of an app `req.mtaio`. Those of mounted apps inherit from those of the root. */
export function nameHandle(app: App): void {
  Object.defineProperty(rootOf(app).request, 'mtaio', {
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

const keeping = new WeakSet<Router>()

/** Makes router 2.0 to 2.2 keep the path of each mount, as 2.3 does; Express 4 keeps enough. */
function keepPaths(router: Router): void {
  const [layer] = router.stack
  if (layer === undefined || layer.regexp !== undefined || 'rawPath' in layer) return
  let prototype = router
  while (!Object.hasOwn(prototype, 'use')) prototype = Object.getPrototypeOf(prototype) as Router
  if (keeping.has(prototype)) return
  keeping.add(prototype)
  const { use } = prototype
  prototype.use = function (this: Router, ...args) {
    const { length } = this.stack
    const result = use.apply(this, args)
    for (const added of this.stack.slice(length)) {
      if (added.slash === false) added.rawPath ??= args[0] as Path
    }
    return result
  }
}
