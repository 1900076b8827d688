import { kMounts } from './koa-app.ts'

/** One entry of a router, as @koa/router and koa-router have it. */
export interface Layer {
  readonly path: string | RegExp
  /** Empty for middleware that was added by `router.use`. */
  readonly methods: readonly string[]
  match(path: string): boolean
}

/** What @koa/router, koa-router and koa-mount leave on a context. */
export interface RoutedContext {
  readonly method: string
  readonly path: string
  /** Each layer whose path fits, whatever its method; of all routers that were asked, in order. */
  readonly matched?: readonly Layer[]
  /** The path of the layer that ran last. */
  readonly routerPath?: Layer['path']
  /** Where koa-mount has put what ran last. */
  readonly mountPath?: string
  readonly [kMounts]?: readonly string[]
  readonly res: { readonly headersSent: boolean; readonly statusCode: number }
  /** False where the app writes to `res` by itself. */
  readonly respond?: boolean | undefined
  readonly response: object
}

/** What Koa notes by itself, and has no type for. */
interface Noted {
  /** The app has set a status, or a body, which sets one. */
  readonly _explicitStatus?: boolean
}

/** The pattern of the route that handled the request; undefined when none did. */
export function labelOf(ctx: RoutedContext): string | undefined {
  if (ctx.matched === undefined || isUnanswered(ctx)) return undefined
  const layer = routeOf(ctx, ctx.matched)
  return layer === undefined ? undefined : mountOf(ctx, layer) + String(layer.path)
}

/** Koa gave the 404 that it begins with: whatever ran has passed the request on, or let it be. */
function isUnanswered({ res, respond, response }: RoutedContext): boolean {
  if (res.statusCode !== 404 || !res.headersSent) return false
  return respond !== false && (response as Noted)._explicitStatus !== true
}

/**
 * The layer that ran last, not the one that fits best: a general route may hide a special one
 * (koajs/router#105). Middleware is no route: where it was the last to run, the route counts that
 * it answered for, which is the next one, or that which had passed the request on to it.
 */
function routeOf(ctx: RoutedContext, matched: readonly Layer[]): Layer | undefined {
  const { routerPath, method } = ctx
  let hasRun = false
  let next: Layer | undefined
  let latest: Layer | undefined
  for (const layer of matched) {
    const isRoute = layer.methods.includes(method)
    if (layer.path === routerPath) {
      if (isRoute) return layer
      hasRun = true
      next = undefined
    } else if (isRoute) {
      next ??= layer
      latest = layer
    }
  }
  // No layer ran: the path is known, its method is not (405), or the app itself set `routerPath`.
  return hasRun ? (next ?? latest) : undefined
}

/**
 * koa-mount takes its path off while the router runs, so the pattern does not have it. Of what stands
 * before the mount only other mounts are known; it may be anything that the app takes off by itself.
 */
function mountOf(ctx: RoutedContext, layer: Layer): string {
  const { mountPath } = ctx
  if (mountPath === undefined) return ''
  // Koa finds the path anew each time that it is read.
  const { path } = ctx
  if (layer.match(path)) return ''
  const at = path.indexOf(mountPath)
  const below = at + mountPath.length
  if (at < 0 || !layer.match(path.slice(below) || '/')) return ''
  let before = path.slice(0, at)
  for (const outer of ctx[kMounts] ?? []) {
    if (before.startsWith(outer)) before = before.slice(outer.length)
  }
  return before === '' ? path.slice(0, below) : mountPath
}
