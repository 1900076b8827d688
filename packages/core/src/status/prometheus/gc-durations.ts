import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { Distribution } from './format.ts'

/** The bounds that prom-client has for `nodejs_gc_duration_seconds`. */
export const GC_BOUNDS: readonly number[] = [0.001, 0.01, 0.1, 1, 2, 5]

/** V8's young-generation mark-sweep (--minor-ms), which Node passes on without a constant for it. */
const MINOR_MARK_SWEEP = 2

const KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [MINOR_MARK_SWEEP, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** Durations of garbage collections by kind since the start, counted under fixed bounds. */
export class GcDurations {
  readonly #kinds = new Map<string, FixedHistogram>()
  #observer: PerformanceObserver | null = null

  start(): void {
    if (this.#observer !== null) return
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const kind =
          KINDS.get(
            (entry as unknown as { readonly detail: { readonly kind: number } }).detail.kind,
          ) ?? 'other'
        let durations = this.#kinds.get(kind)
        if (durations === undefined) this.#kinds.set(kind, (durations = new FixedHistogram()))
        durations.record(entry.duration / 1000)
      }
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  stop(): void {
    this.#observer?.disconnect()
    this.#observer = null
  }

  get kinds(): Iterable<readonly [string, Distribution]> {
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
