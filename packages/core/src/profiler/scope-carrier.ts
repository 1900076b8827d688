import type { TraceScope } from './trace-scope.ts'

/** Knows in which scope the code that runs now is. */
export interface ScopeCarrier {
  /** Whether `run` enters scopes; else it only calls the function. */
  readonly armed: boolean
  /** Whether the listeners of a request are to be called in its scope. */
  readonly followsEvents: boolean
  /** A profiler is used: scopes are entered from now on, for good. */
  arm(): void
  /** A profiler is asked for: it may be used soon. */
  offer(): void
  /**
   * Stops the entering of scopes when no profiler is used. Called by the tick.
   *
   * @param requests - How many requests have been served.
   */
  relax(requests: number): void
  /** Runs `fn` in a scope, with its `this` and its arguments, and returns what it returns. */
  run(
    scope: TraceScope | null,
    fn: (...args: never[]) => unknown,
    thisArg: unknown,
    args: ArrayLike<unknown>,
  ): unknown
  /** The scope that runs now, whether its trace is still open or not. */
  current(): TraceScope | null
  /** Changes the scope for the code that follows; `run` undoes it at its end. */
  enter(scope: TraceScope | null): void
}
