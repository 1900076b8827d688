import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { PerformanceEntry, PerformanceObserverEntryList } from 'node:perf_hooks'
import type { GcKind } from './system-stats.ts'

/** What Node adds to an entry of type `gc`; its types leave the detail out. */
type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } }

/** Told of a garbage collection, and how long it took. */
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

/** Reports that wait are looked at when there are so many, if nobody asked before. */
const MAX_WAITING = 64

const listeners = new Set<CollectionListener>()
let observer: PerformanceObserver | null = null
let waiting: PerformanceObserverEntryList[] = []

/**
 * Tells of each garbage collection of this process, some time later: at the next
 * {@link tellCollections}. All who ask share one observer, which costs some 40 µs a collection, however
 * little it does, and there are hundreds a minute.
 */
export function watchCollections(listener: CollectionListener): void {
  tellCollections()
  listeners.add(listener)
  if (observer !== null) return
  observer = new PerformanceObserver((list) => {
    waiting.push(list)
    if (waiting.length >= MAX_WAITING) tellCollections()
  })
  // Entries of this type go to observers only, never into the timeline, so nothing piles up.
  observer.observe({ entryTypes: ['gc'] })
}

/** Does nothing for one that is not told. */
export function unwatchCollections(listener: CollectionListener): void {
  tellCollections()
  listeners.delete(listener)
  if (listeners.size > 0 || observer === null) return
  observer.disconnect()
  observer = null
}

/** Tells all who listen of the collections since the last time. For who reads what was told. */
export function tellCollections(): void {
  const lists = waiting
  if (lists.length === 0) return
  waiting = []
  for (const entry of lists.flatMap((list) => list.getEntries())) {
    const kind = KINDS.get((entry as GcEntry).detail.kind) ?? null
    for (const listener of listeners) listener(kind, entry.duration / 1000)
  }
}
