import type { ProfileTrace } from './profile-trace.ts'
import type { Declaration } from './declaration.ts'

/**
 * What the async context stores in place of a trace. Timers, sockets and promises that never settle
 * keep their context for as long as they live; a scope lets go of its trace at the trace's end, so
 * that only this small object is kept.
 */
export class TraceScope {
  /** `null` as soon as the trace has ended. */
  trace: ProfileTrace | null
  /** The profiler that the trace belongs to. Profilers do not see each other's traces. */
  readonly owner: object
  parent: TraceScope | null
  /** Where the scope was entered without a callback; `null` when it was entered with one. */
  declaration: Declaration | null = null

  constructor(trace: ProfileTrace, owner: object, parent: TraceScope | null) {
    this.trace = trace
    this.owner = owner
    this.parent = firstLive(parent)
  }

  /** Lets go of the trace. What still runs in this scope belongs to the scope around it. */
  release(): void {
    this.trace = null
    this.declaration = null
  }
}

/**
 * The innermost scope at or around this one whose trace is open. Ended scopes on the way are
 * unlinked: a timer that starts itself again in its own trace must not grow a chain of them.
 */
function firstLive(scope: TraceScope | null): TraceScope | null {
  while (scope !== null && scope.trace === null) scope = scope.parent
  if (scope !== null) {
    while (scope.parent !== null && scope.parent.trace === null) scope.parent = scope.parent.parent
  }
  return scope
}
