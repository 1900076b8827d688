import {
  appOf,
  routerOf,
  type App,
  type Handle,
  type Layer,
  type RequestStep,
} from './express-internals.ts'

/** The apps behind the layers that `app.use(subApp)` made; null until a request has told. */
const mounted = new WeakMap<Layer, App | null>()
let known = 0

/** How many mounted apps are known. With each new one there is more to walk through. */
export function knownApps(): number {
  return known
}

/** The app behind a layer that `app.use(subApp)` made; undefined for any other, and until it is known. */
export function mountedApp(layer: Layer): App | undefined {
  if (layer.name !== 'mounted_app') return undefined
  const app = mounted.get(layer)
  if (app === undefined) askRequests(layer)
  return app ?? undefined
}

/** Makes an app known where it is going to be mounted. */
export function hearOfMounts(app: App): void {
  app.on('mount', (parent) => {
    const layer = routerOf(parent).stack.at(-1)
    if (layer !== undefined) tell(layer, app)
  })
}

/**
 * Nothing of Express leads from the layer to the app, but the first thing that an app does with a
 * request is to make it its own, and the next to look for `res.locals`: who asks for them then is it.
 */
function askRequests(layer: Layer): void {
  mounted.set(layer, null)
  const handle = layer.handle as RequestStep
  const asking: RequestStep = (req, res, next) => {
    const outer = appOf(req)
    const { locals } = res
    let isInside = true
    const put = (value: unknown): void => {
      Object.defineProperty(res, 'locals', { value, writable: true })
    }
    Reflect.defineProperty(res, 'locals', {
      configurable: true,
      enumerable: true,
      set: put,
      get() {
        put(locals)
        const app = appOf(req)
        if (isInside && app !== undefined && app !== outer) {
          tell(layer, app)
          if (layer.handle === asking) layer.handle = handle as Handle
        }
        return locals
      },
    })
    handle(req, res, (error) => {
      isInside = false
      next(error)
    })
  }
  layer.handle = asking as Handle
}

function tell(layer: Layer, app: App): void {
  mounted.set(layer, app)
  known++
  // Before this request gets to them.
  for (const inner of routerOf(app).stack) mountedApp(inner)
}
