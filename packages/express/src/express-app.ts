import { noteError, RequestHandle, type HttpAdapter } from '@mtaio/core'
import type { NextFunction, Request, Response } from 'express'
import { rootOf, routerOf, type App, type Layer } from './express-internals.ts'
import { RouteIndex } from './route-index.ts'

declare global {
  namespace Express {
    interface Request {
      /** What mtaio is told about this request: `req.mtaio.route = '/files/*'`. */
      readonly mtaio: RequestHandle
    }
  }
}

/** What mtaio knows of one app of Express, with all apps and routers that are mounted in it. */
export class ExpressApp implements HttpAdapter {
  readonly #routes: RouteIndex
  readonly #stack: Layer[]
  readonly #last: Layer

  /** The app that a request came to first, seen from the app that it is in. */
  static of(app: App): ExpressApp {
    const root = rootOf(app)
    let known = apps.get(root)
    if (known === undefined) apps.set(root, (known = new ExpressApp(root)))
    return known
  }

  private constructor(root: App) {
    root.use(afterAll)
    this.#stack = routerOf(root).stack
    this.#last = this.#stack.at(-1)!
    noticeErrors(Object.getPrototypeOf(this.#last) as LayerPrototype)
    this.#routes = new RouteIndex(root)
    // The requests of mounted apps inherit from those of the root.
    Object.defineProperty(root.request, 'mtaio', {
      configurable: true,
      get(this: Request) {
        return new RequestHandle(this)
      },
    })
  }

  /** Called for every request: looks whether the app has changed since. */
  follow(): void {
    const stack = this.#stack
    if (stack[stack.length - 1] === this.#last) return
    // Not there any more where the app cut its stack off, as some do to load their routes anew.
    const at = stack.indexOf(this.#last)
    if (at >= 0) stack.splice(at, 1)
    stack.push(this.#last)
    this.#routes.build()
  }

  route(req: object, res: object): string | undefined {
    return this.#routes.labelOf(req as Request, res as Response)
  }
}

const apps = new WeakMap<App, ExpressApp>()

/**
 * Stays the last layer of the app: what gets here has left all routes, and an error that nobody
 * handles passes it on its way to Express' own answer.
 */
function afterAll(_req: Request, _res: Response, next: NextFunction): void {
  next()
}

type ErrorStep = (error: unknown, req: Request, res: Response, next: NextFunction) => unknown

interface LayerPrototype {
  /** Express 4. */
  handle_error?: ErrorStep
  /** Express 5. */
  handleError?: ErrorStep
}

const noticed = new WeakSet<LayerPrototype>()

/** Notes each error that goes from layer to layer. Costs nothing while there is none. */
function noticeErrors(prototype: LayerPrototype): void {
  if (noticed.has(prototype)) return
  noticed.add(prototype)
  const name = prototype.handleError === undefined ? 'handle_error' : 'handleError'
  const handle = prototype[name]
  if (handle === undefined) return
  prototype[name] = function (error, req, res, next) {
    noteError(res, error)
    return handle.call(this, error, req, res, next)
  }
}
