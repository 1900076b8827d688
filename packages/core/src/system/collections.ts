import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { PerformanceEntry } from 'node:perf_hooks'
import type { GcKind } from './system-stats.ts'

/** What Node adds to an entry of type `gc`; its types leave the detail out. */
type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } }

/** Told of a garbage collection, when the loop has turned. */
export type CollectionListener = (kind: GcKind | null, seconds: number) => void

/** V8's young-generation mark-sweep (--minor-ms), which Node passes on without a constant for it. */
const MINOR_MARK_SWEEP = 2

const KINDS: ReadonlyMap<number, GcKind> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [MINOR_MARK_SWEEP, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

const listeners = new Set<CollectionListener>()
let observer: PerformanceObserver | null = null

/**
 * Tells of each garbage collection of this process. All who ask share one observer: an observer costs
 * some 40 µs a collection, however little it does, and there are hundreds a minute.
 */
export function watchCollections(listener: CollectionListener): void {
  listeners.add(listener)
  if (observer !== null) return
  observer = new PerformanceObserver((list) => tell(list.getEntries()))
  // Entries of this type go to observers only, never into the timeline, so nothing piles up.
  observer.observe({ entryTypes: ['gc'] })
}

/** Does nothing for one that is not told. */
export function unwatchCollections(listener: CollectionListener): void {
  listeners.delete(listener)
  if (listeners.size > 0 || observer === null) return
  observer.disconnect()
  observer = null
}

/** Several collections often come in one batch. */
function tell(entries: readonly PerformanceEntry[]): void {
  for (const entry of entries) {
    const kind = KINDS.get((entry as GcEntry).detail.kind) ?? null
    for (const listener of listeners) listener(kind, entry.duration / 1000)
  }
}
