import { ContextUse } from './context-use.ts'
import type { ScopeCarrier } from './scope-carrier.ts'
import { afterThisSegment } from './segment.ts'
import type { TraceScope } from './trace-scope.ts'

/**
 * Follows traces through synchronous calls only, for `traceAsyncTasks: false`. What runs after an
 * `await`, in a timer or in a callback is in no scope. No async context is entered, so that `await`
 * costs what it costs without mtaio.
 */
export class CallStackContext implements ScopeCarrier {
  readonly followsEvents = false
  readonly use: ContextUse = new ContextUse()
  #scope: TraceScope | null = null

  current(): TraceScope | null {
    return this.#scope
  }

  enter(scope: TraceScope | null): void {
    this.#scope = scope
  }

  declare(scope: TraceScope): void {
    this.#scope = scope
    // A declaration in an async function is not left when that returns to its caller.
    afterThisSegment(this.#leave)
  }

  readonly #leave = (): void => {
    this.#scope = null
  }
}
