import type { Request, Response } from 'express'

/** One entry of a router's stack, as Express 4 (`regexp`) and the `router` of Express 5 have it. */
export interface Layer {
  readonly name: string
  readonly handle: Handle
  readonly route?: Route | undefined
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
  /** router 2.3 and later. */
  readonly rawPath?: Path
  /** router 2: mounted at the root. */
  readonly slash?: boolean
  /** router 2.0 to 2.2, which keep nothing of the path but this. */
  readonly matchers?: readonly Matcher[]
  match(path: string): unknown
  handle_request?: RequestStep
  handleRequest?: RequestStep
}

/** What a route or a mount was declared with. */
export type Path = string | RegExp | readonly Path[]

export type Matcher = (path: string) => Match | false

export interface Match {
  readonly path: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface Route {
  readonly path: Path
  readonly stack: readonly Layer[]
}

export interface Router {
  readonly stack: Layer[]
}

export interface App {
  readonly parent?: App
  readonly router?: Router
  readonly _router?: Router
  /** What each request of the app inherits from. */
  readonly request: object
  use(handler: (...args: never[]) => unknown): unknown
}

export type Handle = ((...args: never[]) => unknown) & { readonly stack?: Layer[] }

export type RequestStep = (
  this: Layer,
  req: Request,
  res: Response,
  next: (error?: unknown) => void,
) => unknown

/** The router of an app. Express 4 throws for `router`, Express 5 has no `_router`. */
export function routerOf(app: App): Router {
  return app._router ?? app.router ?? { stack: [] }
}

/** The app that a request came to first. */
export function rootOf(app: App): App {
  let root = app
  while (root.parent !== undefined) root = root.parent
  return root
}

/**
 * The app behind a layer that `app.use(subApp)` made; undefined for any other. Nothing of Express
 * leads from the layer to the app, but the first thing that an app does with a request is to make
 * it its own. So it is handed one that says whose it has become, and that has no URL from then on,
 * whereupon the router gives it back at once and no handler ever sees it.
 */
export function mountedApp(layer: Layer): App | undefined {
  if (layer.name !== 'mounted_app') return undefined
  let app: App | undefined
  const owner = { request: {}, response: {} }
  const messages = { app: owner, method: 'GET', url: '/' as string | undefined, query: {} }
  const request = new Proxy(messages, {
    setPrototypeOf(target, prototype: { readonly app?: App } | null) {
      app ??= prototype?.app
      target.url = undefined
      return true
    },
  })
  const response = { locals: {}, setHeader() {} }
  try {
    ;(layer.handle as (...args: unknown[]) => unknown)(request, response, () => {})
  } catch {
    // An app that is not what it seems is passed over.
  }
  return app
}
