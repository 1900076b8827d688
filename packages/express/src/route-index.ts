import type { Request, Response } from 'express'
import {
  routerOf,
  type App,
  type Layer,
  type RequestStep,
  type Route,
  type Router,
} from './express-internals.ts'
import { knownApps, mountedApp } from './mounted-apps.ts'
import { join, mountPatternOf, patternOf } from './path-pattern.ts'

/** One place where a route can be reached: the mounts on the way to it, the outermost first. */
interface Place {
  readonly mounts: readonly Layer[]
  readonly layer: Layer
  /** The whole pattern; undefined until all mounts say theirs. */
  label: string | undefined
}

const kLeft = Symbol('mtaio.left')

/** After so many walks in a row that found nothing, there is one in so many milliseconds at most. */
const MAX_IN_VAIN = 10
const REST_MS = 1000

/**
 * From a route to its whole pattern, through all routers and apps that it is mounted below. Express
 * keeps the route on the request, but only the path of the request, not the pattern, of its mounts.
 */
export class RouteIndex {
  readonly #root: App
  #places = new WeakMap<Route, Place[]>()
  /** Routes that no walk has found: in a router that something else than a router calls. */
  readonly #hidden = new WeakSet<Route>()
  /** How many walks in a row have found nothing, and when the last one was, in monotonic ms. */
  #inVain = 0
  #walkedMs = -Infinity
  #seen = new Set<Router>()
  /** How many mounted apps were known at the last walk. */
  #apps = 0

  constructor(root: App) {
    this.#root = root
    this.build()
  }

  /** Walks all routers. Again when they have changed. */
  build(): void {
    this.#places = new WeakMap()
    this.#seen = new Set()
    this.#apps = knownApps()
    this.#walk(routerOf(this.#root), [])
  }

  /** The pattern of the route that answered; undefined when none did. */
  labelOf(req: Request, res: Response): string | undefined {
    const route = req.route as Route | undefined
    if (route === undefined || hasLeft(route, res)) return undefined
    if (this.#apps !== knownApps()) this.build()
    const places = this.#places.get(route) ?? this.#search(route)
    if (places === undefined) return patternOf(route.path)
    const [first] = places
    if (places.length === 1 && first?.label !== undefined) return first.label
    return this.#choose(places, pathOf(req)) ?? patternOf(route.path)
  }

  /**
   * For a route that was declared since the last walk. One that is not found is not searched for
   * again, and where an app makes routes anew for each request, the next one only after a while.
   */
  #search(route: Route): Place[] | undefined {
    if (this.#hidden.has(route)) return undefined
    const nowMs = performance.now()
    if (this.#inVain >= MAX_IN_VAIN && nowMs - this.#walkedMs < REST_MS) return undefined
    this.#walkedMs = nowMs
    this.build()
    const places = this.#places.get(route)
    if (places === undefined) this.#hidden.add(route)
    this.#inVain = places === undefined ? this.#inVain + 1 : 0
    return places
  }

  #walk(router: Router, mounts: readonly Layer[]): void {
    // A router that is mounted below itself has no end of patterns.
    if (this.#seen.has(router)) return
    this.#seen.add(router)
    let isAfterRoutes = false
    for (const layer of router.stack) {
      const inner = layer.route === undefined ? innerRouter(layer) : undefined
      if (isAfterRoutes && layer.route === undefined) noticeLeaving(layer)
      if (layer.route !== undefined) this.#add(layer, layer.route, mounts)
      else if (inner !== undefined) this.#walk(inner, [...mounts, layer])
      isAfterRoutes ||= layer.route !== undefined || inner !== undefined
    }
    this.#seen.delete(router)
  }

  #add(layer: Layer, route: Route, mounts: readonly Layer[]): void {
    const place: Place = { mounts, layer, label: undefined }
    labelled(place)
    const places = this.#places.get(route)
    if (places === undefined) this.#places.set(route, [place])
    else places.push(place)
    // A router may be the handler of a route; it sees the path as a whole.
    for (const { handle } of route.stack) {
      if (isRouter(handle)) this.#walk(handle, mounts)
    }
  }

  /** The place whose mounts fit the path of the request, one after the other. */
  #choose(places: readonly Place[], path: string): string | undefined {
    const place = places.find(({ mounts, layer }) => {
      let rest = path
      const fits = mounts.every((mount) => {
        const taken = takenBy(mount, rest)
        if (taken === null) return false
        rest = rest.slice(taken.length)
        if (!rest.startsWith('/')) rest = `/${rest}`
        return true
      })
      return fits && layer.match(rest) !== false
    })
    return place && labelled(place)
  }
}

/**
 * The route called `next()`, and nothing behind it has found an answer. What it has answered, or
 * has left to be sent by what comes after all routes, is its own.
 */
function hasLeft(route: Route, res: Response): boolean {
  return res.statusCode === 404 && (res as { [kLeft]?: Route })[kLeft] === route
}

/** The whole pattern of a place, as soon as all mounts say theirs. */
function labelled(place: Place): string | undefined {
  if (place.label !== undefined) return place.label
  const patterns = place.mounts.map(mountPatternOf)
  if (patterns.some((pattern) => pattern === undefined)) return undefined
  return (place.label = join(patterns as string[], patternOf(place.layer.route?.path ?? '/')))
}

/** What a mount takes off the path; null when it does not fit. */
function takenBy(mount: Layer, path: string): string | null {
  if (mountPatternOf(mount) === '/') return ''
  if (mount.regexp !== undefined) return mount.regexp.exec(path)?.[0] ?? null
  for (const matcher of mount.matchers ?? []) {
    const match = matcher(path)
    if (match !== false) return match.path
  }
  return null
}

function innerRouter(layer: Layer): Router | undefined {
  if (isRouter(layer.handle)) return layer.handle
  const app = mountedApp(layer)
  return app === undefined ? undefined : routerOf(app)
}

/** Other things have a stack, too: Connect, and what others put around a router. */
function isRouter(handle: unknown): handle is Router {
  const { stack } = handle as { readonly stack?: unknown }
  return Array.isArray(stack) && stack.every(isLayer)
}

function isLayer(value: unknown): boolean {
  const { match, handle } = (value ?? {}) as Partial<Layer>
  return typeof match === 'function' && typeof handle === 'function'
}

/**
 * Makes a layer that comes after routes say so when a request gets to it: then the route on the
 * request has called `next()`. Express leaves it there
 * (https://github.com/open-telemetry/opentelemetry-js-contrib/issues/2843).
 */
function noticeLeaving(layer: Layer): void {
  const name = layer.handleRequest === undefined ? 'handle_request' : 'handleRequest'
  if (Object.hasOwn(layer, name)) return
  const handle = layer[name] as RequestStep
  layer[name] = function (req, res, next) {
    ;(res as { [kLeft]?: unknown })[kLeft] = req.route
    return handle.call(this, req, res, next)
  }
}

/** The path that the client asked for, whatever the routers made of `url` meanwhile. */
function pathOf(req: Request): string {
  const path = req.originalUrl.replace(/[?#].*$/s, '')
  return path.startsWith('/') ? path : (URL.parse?.(path)?.pathname ?? '/')
}
