import { noteError } from '@mtaio/core'
import type { Layer, Path, Router } from './express-internals.ts'
import { Trail } from './trail.ts'

/** Said by what all layers of a copy of Express inherit, when this copy of mtaio has changed it. */
const kFollowed = Symbol('mtaio.followed')

/**
 * Follows requests through all routers of the copy of Express that this one is of. It changes what
 * they inherit, so that it works for those that were made before, too; the stacks, through which
 * requests are on their way, stay as they are.
 */
export function follow(router: Router): void {
  const layer = router.stack[0] as Layer | null | undefined
  const isExpress4 = layer?.handle_request !== undefined
  // Other things have a stack, too: Connect, and what others put around a router.
  if (!isExpress4 && layer?.handleRequest === undefined) return
  if (kFollowed in layer || typeof router.handle !== 'function') return
  const layers = Object.getPrototypeOf(layer) as Layer
  Object.defineProperty(layers, kFollowed, { value: true })
  const routers = prototypeOf(router)
  followRouters(routers)
  if (isExpress4) followLayers(layers, 'handle_request', 'handle_error')
  else followLayers(layers, 'handleRequest', 'handleError')
  // Express 4 and router 2.3 keep enough.
  if (!isExpress4 && !('rawPath' in layer)) keepPaths(routers)
}

function followRouters(prototype: Router): void {
  const { handle } = prototype
  prototype.handle = function (this: Router, req, res, out) {
    if (typeof out !== 'function') return handle.call(this, req, res, out)
    const trail = Trail.of(req)
    const step = trail.enter(this)
    return handle.call(this, req, res, (error) => {
      if (error) noteError(res, error)
      trail.leave(step, error)
      out(error)
    })
  }
}

function followLayers(
  prototype: Layer,
  onRequest: 'handleRequest' | 'handle_request',
  onError: 'handleError' | 'handle_error',
): void {
  const { [onRequest]: handle, [onError]: handleError } = prototype
  prototype[onRequest] = function (this: Layer, req, res, next) {
    // The layers of a route have none.
    if ('route' in this) {
      // A router of another copy of Express.
      if (Array.isArray(this.handle.stack)) follow(this.handle as unknown as Router)
      Trail.of(req).pass(this)
    }
    return handle!.call(this, req, res, next)
  }
  // Before a handler of the app answers.
  prototype[onError] = function (this: Layer, error, req, res, next) {
    noteError(res, error)
    return handleError!.call(this, error, req, res, next)
  }
}

/** Makes router 2.0 to 2.2 keep the path of each mount, as 2.3 does. */
function keepPaths(prototype: Router): void {
  const { use } = prototype
  prototype.use = function (this: Router, ...args) {
    const { length } = this.stack
    const result = use.apply(this, args)
    for (const layer of this.stack.slice(length)) {
      if (layer.slash === false) layer.rawPath ??= args[0] as Path
    }
    return result
  }
}

/** What all routers inherit; in Express 5 there is an empty object between. */
function prototypeOf(router: Router): Router {
  let prototype = router
  while (!Object.hasOwn(prototype, 'handle')) {
    prototype = Object.getPrototypeOf(prototype) as Router
  }
  return prototype
}
