import type { ContextUse } from './context-use.ts'
import type { AnyFunction } from './function-types.ts'
import type { TraceScope } from './trace-scope.ts'

/** Knows in which scope the code that runs now is. */
export interface ScopeCarrier {
  /** Says whether scopes are to be entered; else functions are only called. */
  readonly use: ContextUse
  /** Whether the listeners of a request are to be called in its scope. */
  readonly followsEvents: boolean
  /** The scope that runs now, whether its trace is still open or not. */
  current(): TraceScope | null
  /**
   * Changes the scope for the code that follows. Who calls a function in a scope enters the former
   * one again when it has returned: `AsyncLocalStorage.run` does the same, and is one more frame in
   * the stack of an error.
   */
  enter(scope: TraceScope | null): void
  /** Enters a scope that nothing leaves when the code that runs now has returned. */
  declare(scope: TraceScope): void
}

/** Calls a function in a scope, with its `this` and its arguments. */
export function runInScope(
  carrier: ScopeCarrier,
  scope: TraceScope | null,
  fn: AnyFunction,
  thisArg: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const outer = carrier.current()
  carrier.enter(scope)
  try {
    return Reflect.apply(fn, thisArg, args)
  } finally {
    carrier.enter(outer)
  }
}
