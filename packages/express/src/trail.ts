import type { Request } from 'express'
import { routerOf, type Layer, type Route, type Router } from './express-internals.ts'
import { generalPattern, keepsPath, mountPattern, patternOf } from './path-pattern.ts'

/** A router that is handling the request. */
interface Step {
  readonly outer: Step | null
  readonly router: Router
  /** The layer that has the request now. */
  layer: Layer | null
  /** Stands for the path of a layer that does not keep it. */
  general: string | null
}

// A property would make every request slower. What is kept here must not lead to the request, else
// none is collected before it is old.
const trails = new WeakMap<Request, Trail>()

/**
 * The routers that a request has entered and not left. Express keeps the route that matched on the
 * request, but of the mounts that led to it only the path of the request, not the pattern.
 */
export class Trail {
  #step: Step | null = null
  /** The route that passed the request on; Express leaves it on the request. */
  #left: Route | null = null
  /** Where the request was when it failed: from there the error makes its way out. */
  #failed: Step | null = null
  /** The mounts that led here are not known. */
  #isBlind = false

  static of(req: Request): Trail {
    let trail = trails.get(req)
    if (trail === undefined) trails.set(req, (trail = new Trail()))
    return trail
  }

  /** A router begins to handle the request. */
  enter(router: Router): Step {
    const step = { outer: this.#step, router, layer: null, general: null }
    this.#step = step
    return step
  }

  /** The first request of an app that did not tell of itself comes out of the midst of a router. */
  begin(req: Request): void {
    if (this.#step !== null) return
    this.#isBlind = req.baseUrl !== ''
    this.enter(routerOf(req.app as never))
  }

  /** The innermost router hands the request to one of its layers. */
  pass(layer: Layer): void {
    const step = this.#step
    if (step === null) return
    this.#failed = null
    if (layer.route !== undefined) this.#left = null
    else this.#leaveRoute(step)
    step.layer = layer
    step.general = keepsPath(layer) ? null : generalPattern(layer)
  }

  /** The router gives the request back. */
  leave(step: Step, error: unknown): void {
    if (error) this.#failed ??= step
    else this.#leaveRoute(step)
    this.#step = step.outer
  }

  /** The whole pattern of the route that has the request; undefined when none has. */
  labelOf(req: Request): string | undefined {
    const route = req.route as Route | undefined
    if (route === undefined || route === this.#left || this.#isBlind) return undefined
    let step = this.#failed ?? this.#step
    while (step !== null && !isIn(step, route)) step = step.outer
    if (step === null) return undefined
    const prefix = prefixOf(step)
    const pattern = patternOf(route.path)
    return prefix !== '' && pattern === '/' ? prefix : prefix + pattern
  }

  #leaveRoute(step: Step): void {
    if (step.layer?.route !== undefined) this.#left = step.layer.route
  }
}

/**
 * The layer alone does not say: a route whose parameters were refused never got the request, and
 * where the `next` of an outer router was called, its layers come here.
 */
function isIn({ outer, layer, router }: Step, route: Route): boolean {
  if (outer === null && layer?.route === route) return true
  return router.stack.some((other) => other.route === route)
}

/** The mounts that led to the router. One that is mounted below itself is entered once. */
function prefixOf({ outer }: Step): string {
  if (outer === null) return ''
  const { layer, general } = outer
  const prefix = prefixOf(outer)
  // A router may be the handler of a route; it sees the path as a whole.
  if (layer === null || layer.route !== undefined || isBelow(layer, outer)) return prefix
  return prefix + (general ?? mountPattern(layer))
}

function isBelow(layer: Layer, { outer }: Step): boolean {
  return outer !== null && (outer.layer === layer || isBelow(layer, outer))
}
