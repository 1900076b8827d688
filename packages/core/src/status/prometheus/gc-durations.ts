import { tellCollections, unwatchCollections, watchCollections } from '../../system/collections.ts'
import type { GcKind } from '../../system/system-stats.ts'
import type { Distribution } from './format.ts'

/** The bounds that prom-client has for `nodejs_gc_duration_seconds`. */
export const GC_BOUNDS: readonly number[] = [0.001, 0.01, 0.1, 1, 2, 5]

/** Durations of garbage collections by kind since the start, counted under fixed bounds. */
export class GcDurations {
  readonly #kinds = new Map<string, FixedHistogram>()

  /** Idempotent. */
  start(): void {
    watchCollections(this.#record)
  }

  /** Idempotent. */
  stop(): void {
    unwatchCollections(this.#record)
  }

  readonly #record = (kind: GcKind | null, seconds: number): void => {
    const label = kind ?? 'other'
    let durations = this.#kinds.get(label)
    if (durations === undefined) this.#kinds.set(label, (durations = new FixedHistogram()))
    durations.record(seconds)
  }

  get kinds(): Iterable<readonly [string, Distribution]> {
    tellCollections()
    return this.#kinds
  }
}

class FixedHistogram implements Distribution {
  readonly #below: number[] = GC_BOUNDS.map(() => 0)
  count = 0
  sum = 0

  record(seconds: number): void {
    this.count++
    this.sum += seconds
    for (let i = GC_BOUNDS.length - 1; i >= 0 && seconds <= (GC_BOUNDS[i] ?? 0); i--) {
      this.#below[i] = (this.#below[i] ?? 0) + 1
    }
  }

  cumulative(): number[] {
    return this.#below
  }
}
