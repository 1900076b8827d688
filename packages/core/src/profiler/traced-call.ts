import type { Follower } from './follow-result.ts'
import type { AnyFunction } from './function-types.ts'
import type { ProfileTrace } from './profile-trace.ts'
import type { Profiler } from './profiler.ts'

/** One call of a traced function: its end is the end of the trace. */
export class TracedCall implements Follower {
  readonly #profiler: Profiler
  readonly #trace: ProfileTrace

  constructor(profiler: Profiler, trace: ProfileTrace) {
    this.#profiler = profiler
    this.#trace = trace
  }

  run(fn: AnyFunction, thisArg: unknown, args: ArrayLike<unknown>): unknown {
    return this.#profiler.runIn(this.#trace, fn, thisArg, args)
  }

  done(): void {
    this.#profiler.endTrace(this.#trace)
  }

  failed(error: unknown): void {
    if (this.#trace.isOpen) this.#trace.setError(error)
    this.#profiler.endTrace(this.#trace)
  }
}
