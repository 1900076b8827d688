import type { ContextUse } from './context-use.ts'
import type { TraceScope } from './trace-scope.ts'

/** Knows in which scope the code that runs now is. */
export interface ScopeCarrier {
  /** Says whether `run` enters scopes; else it only calls the function. */
  readonly use: ContextUse
  /** Whether the listeners of a request are to be called in its scope. */
  readonly followsEvents: boolean
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
