import type { Request, Response } from 'express'
import {
  mountedApp,
  routerOf,
  type App,
  type Layer,
  type Match,
  type Matcher,
  type RequestStep,
  type Route,
  type Router,
} from './express-internals.ts'
import { askPattern, join, mountPatternOf, patternOf } from './path-pattern.ts'

/** One place where a route can be reached: the mounts on the way to it, the outermost first. */
interface Place {
  readonly mounts: readonly Layer[]
  readonly layer: Layer
  /** The whole pattern; undefined where a mount of router 2.0 to 2.2 is on the way. */
  readonly label: string | undefined
}

const kLeft = Symbol('mtaio.left')

/**
 * From a route to its whole pattern, through all routers and apps that it is mounted below. Express
 * keeps the route on the request, but only the path of the request, not the pattern, of its mounts.
 */
export class RouteIndex {
  readonly #root: App
  #places = new WeakMap<Route, Place[]>()
  /** Patterns of mounts that a request had to tell. */
  readonly #asked = new WeakMap<Matcher, string>()
  #seen = new Set<Router>()

  constructor(root: App) {
    this.#root = root
    this.build()
  }

  /** Walks all routers. Again when they have changed. */
  build(): void {
    this.#places = new WeakMap()
    this.#seen = new Set()
    this.#walk(routerOf(this.#root), [])
  }

  /** The pattern of the route that answered; undefined when none did. */
  labelOf(req: Request, res: Response): string | undefined {
    const route = req.route as Route | undefined
    if (route === undefined || (res as { [kLeft]?: Route })[kLeft] === route) return undefined
    let places = this.#places.get(route)
    if (places === undefined) {
      // Declared since the last walk, or in a router that something else than a router calls.
      this.build()
      places = this.#places.get(route)
      if (places === undefined) return patternOf(route.path)
    }
    if (places.length === 1 && places[0]?.label !== undefined) return places[0].label
    return this.#choose(places, pathOf(req)) ?? patternOf(route.path)
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
    const patterns = mounts.map(mountPatternOf)
    const isKnown = patterns.every((pattern) => pattern !== undefined)
    const label = isKnown ? join(patterns, patternOf(route.path)) : undefined
    const places = this.#places.get(route)
    if (places === undefined) this.#places.set(route, [{ mounts, layer, label }])
    else places.push({ mounts, layer, label })
    // A router may be the handler of a route; it sees the path as a whole.
    for (const { handle } of route.stack) {
      if (Array.isArray(handle.stack)) this.#walk(handle as unknown as Router, mounts)
    }
  }

  /** The place whose mounts fit the path of the request, one after the other. */
  #choose(places: readonly Place[], path: string): string | undefined {
    for (const { mounts, layer, label } of places) {
      let rest = path
      const patterns: string[] = []
      const fits = mounts.every((mount) => {
        const step = this.#step(mount, rest)
        if (step === null) return false
        rest = rest.slice(step.taken.length)
        if (!rest.startsWith('/')) rest = `/${rest}`
        patterns.push(step.pattern)
        return true
      })
      if (fits && layer.match(rest) !== false) {
        return label ?? join(patterns, patternOf(layer.route?.path ?? '/'))
      }
    }
    return undefined
  }

  #step(mount: Layer, path: string): { pattern: string; taken: string } | null {
    const pattern = mountPatternOf(mount)
    if (pattern === '/') return { pattern, taken: '' }
    if (mount.regexp !== undefined) {
      const taken = mount.regexp.exec(path)?.[0]
      return taken === undefined ? null : { pattern: pattern ?? '', taken }
    }
    for (const matcher of mount.matchers ?? []) {
      const match = matcher(path)
      if (match === false) continue
      return { pattern: pattern ?? this.#ask(matcher, match), taken: match.path }
    }
    return null
  }

  #ask(matcher: Matcher, match: Match): string {
    let pattern = this.#asked.get(matcher)
    if (pattern === undefined) this.#asked.set(matcher, (pattern = askPattern(matcher, match)))
    return pattern
  }
}

function innerRouter(layer: Layer): Router | undefined {
  if (Array.isArray(layer.handle.stack)) return layer.handle as unknown as Router
  const app = mountedApp(layer)
  return app === undefined ? undefined : routerOf(app)
}

/**
 * Makes a layer that comes after routes say so when a request gets to it: then the route on the
 * request has called `next()`, and is not what answers. Express leaves it there
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
