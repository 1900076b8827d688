import type { NextFunction, Request, Response } from 'express'

/** What a route or a mount was declared with. */
export type Path = string | RegExp | readonly Path[]

export interface Route {
  readonly path: Path
  readonly stack: readonly Layer[]
}

/** One entry of a router's stack, as Express 4 (`regexp`) and the `router` of Express 5 have it. */
export interface Layer {
  name: string
  handle: Handle
  readonly route?: Route | undefined
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  /** In Express 4 they are objects. */
  readonly keys?: readonly (string | { readonly name: string | number })[]
  /** Up to router 2.2: what the latest request had. */
  readonly path?: string | undefined
  readonly params?: object | undefined
  /** router 2.3 and later. */
  rawPath?: Path
  /** router 2: mounted at the root. */
  readonly slash?: boolean
  /** router 2. */
  readonly matchers?: readonly ((path: string) => { readonly path: string } | false)[]
  match(path: string): unknown
  /** Express 4 has these two with `_`, Express 5 without. */
  handle_request?: RequestStep
  handleRequest?: RequestStep
  handle_error?: ErrorStep
  handleError?: ErrorStep
}

export type RequestStep = (req: Request, res: Response, next: NextFunction) => unknown
export type ErrorStep = (error: unknown, ...rest: Parameters<RequestStep>) => unknown
export type Handle = ((...args: never[]) => unknown) & { readonly stack?: Layer[] }

export interface Router {
  readonly stack: Layer[]
  use(...args: unknown[]): unknown
}

export interface App {
  readonly parent?: App
  readonly router?: Router
  readonly _router?: Router
  /** What each request of the app inherits from. */
  readonly request: object
  use(handler: (...args: never[]) => unknown): unknown
  on(event: 'mount', listener: (parent: App) => void): unknown
}

/** The router of an app. Express 4 throws for `router`, Express 5 has no `_router`. */
export function routerOf(app: App): Router {
  return app._router ?? app.router ?? { stack: [], use() {} }
}

/** The app that a request came to first. */
export function rootOf(app: App): App {
  let root = app
  while (root.parent !== undefined) root = root.parent
  return root
}

/** The app that a request is in; undefined where a router is called by something else than an app. */
export function appOf(req: Request): App | undefined {
  return req.app as unknown as App | undefined
}
