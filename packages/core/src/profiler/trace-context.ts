import { AsyncLocalStorage } from 'node:async_hooks'
import type { ScopeCarrier } from './scope-carrier.ts'
import type { TraceScope } from './trace-scope.ts'

/** After how many requests without any call of a profiler the context is no longer entered. */
const IDLE_REQUESTS = 1000

interface SharedContext {
  readonly storage: AsyncLocalStorage<TraceScope | null>
  armed: boolean
  /** Whether the app has asked for a profiler, or may do so without being heard. */
  offered: boolean
  /** How many requests had been served when nobody was seen to use one. */
  idleFrom: number | null
  /** Whether any profiler of the process was ever used. */
  used: boolean
}

// On globalThis, so that an ESM and a CJS copy of this package, or two versions of it, have one
// context (https://github.com/cedarjs/cedar/issues/1779) and the process pays for one storage only.
const KEY = Symbol.for('mtaio.trace-context.2')

const isProduction = process.env['NODE_ENV'] === 'production'

const shared: SharedContext = ((globalThis as Record<symbol, unknown>)[KEY] ??= {
  storage: new AsyncLocalStorage<TraceScope | null>(),
  armed: !isProduction,
  offered: !isProduction,
  idleFrom: null,
  used: false,
} satisfies SharedContext) as SharedContext

interface TraceContext extends ScopeCarrier {
  /** A profiler of the requests is asked for: it may be used soon. */
  offer(): void
  /**
   * Stops entering scopes when no profiler is used. Called by the tick.
   *
   * @param requests - How many requests have been served.
   */
  relax(requests: number): void
}

/**
 * Follows traces through callbacks, timers and promises.
 *
 * An entered context makes every `await` of the process slower on Node 20 and 22. So it is entered
 * only while something may read it. It is for good from the first use of a profiler, and before that
 * for some 1,000 requests: the first ones of the process, or, in production, the first ones after the
 * app has asked for a profiler. A process that only counts requests is spared it.
 */
export const traceContext: TraceContext = {
  get armed(): boolean {
    return shared.armed
  },

  followsEvents: true,

  arm(): void {
    shared.used = true
    shared.armed = true
  },

  offer(): void {
    if (shared.offered) return
    shared.offered = true
    shared.armed = true
  },

  relax(requests: number): void {
    if (shared.used || !shared.armed) return
    shared.idleFrom ??= requests
    if (requests - shared.idleFrom < IDLE_REQUESTS) return
    shared.armed = false
    // To stop entering is not enough: Node 20 and 22 follow every promise while it is enabled.
    shared.storage.disable()
  },

  run(
    scope: TraceScope | null,
    fn: (...args: never[]) => unknown,
    thisArg: unknown,
    args: ArrayLike<unknown>,
  ): unknown {
    if (!shared.armed) return Reflect.apply(fn, thisArg, args)
    // Reflect.apply as the callback: `this` and the arguments get through without a closure.
    return shared.storage.run<unknown, [Function, unknown, ArrayLike<unknown>]>(
      scope,
      Reflect.apply,
      fn,
      thisArg,
      args,
    )
  },

  current(): TraceScope | null {
    return shared.storage.getStore() ?? null
  },

  enter(scope: TraceScope | null): void {
    shared.storage.enterWith(scope)
  },
}
