import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { PerformanceEntry } from 'node:perf_hooks'
import type { GcKind, RuntimeStats } from './system-stats.ts'

type GcFigures = RuntimeStats['gc']
/** What Node adds to an entry of type `gc`; its types leave the detail out. */
type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } }
type Tally = { count: number; time: number }

/** V8's young-generation mark-sweep (--minor-ms), which Node passes on without a constant for it. */
const MINOR_MARK_SWEEP = 2

const KINDS: ReadonlyMap<number, GcKind> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [MINOR_MARK_SWEEP, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** Counts garbage collections by kind, per interval. */
export class GcMeter {
  #observer: PerformanceObserver | null = null
  #tallies: Record<GcKind, Tally> = emptyTallies()

  /** Begins the first interval. Idempotent. */
  start(): void {
    if (this.#observer !== null) return
    this.#tallies = emptyTallies()
    this.#observer = new PerformanceObserver((list) => this.#count(list.getEntries()))
    // Entries of this type go to observers only, never into the timeline, so nothing piles up.
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** Idempotent. */
  stop(): void {
    this.#observer?.disconnect()
    this.#observer = null
  }

  /**
   * The collections that were reported since the previous call or since the start; begins the next
   * interval. Node reports a collection when the loop has turned.
   */
  read(): GcFigures {
    const byKind = this.#tallies
    this.#tallies = emptyTallies()
    let count = 0
    let time = 0
    for (const tally of Object.values(byKind)) {
      count += tally.count
      time += tally.time
    }
    return { count, time, byKind }
  }

  /** Several collections often come in one batch. */
  #count(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const kind = KINDS.get((entry as GcEntry).detail.kind)
      if (kind === undefined) continue
      const tally = this.#tallies[kind]
      tally.count += 1
      tally.time += entry.duration / 1000
    }
  }
}

function emptyTallies(): Record<GcKind, Tally> {
  const empty = (): Tally => ({ count: 0, time: 0 })
  return { minor: empty(), major: empty(), incremental: empty(), weakcb: empty() }
}
