import { batch, signal } from '@preact/signals'
import type { HistoryDocument, Snapshot, TickDocument } from '@core/status/api-types.ts'
import type { Link } from '../data/connection.ts'
import { Connection } from '../data/connection.ts'
import { History } from '../data/history.ts'

/** All samples of the past hour; it goes on while the view is paused. */
export const history: History = new History()

/** What the page shows now; stands still while it is paused. */
export const snapshot = signal<Snapshot | null>(null)

/** Epoch seconds of the last sample that is shown; the right edge of the charts. */
export const shownEnd = signal(0)

/** Goes up with each tick that is shown; what polls, polls with it. */
export const beat = signal(0)

export const link = signal<{ readonly state: Link; readonly reason: string | null }>({
  state: 'connecting',
  reason: null,
})

/** Epoch seconds at which the view was paused; null while it runs. */
export const pausedAt = signal<number | null>(null)

/** The process was started anew while the page was open. */
export const restart = signal<{ readonly at: number; readonly pid: number } | null>(null)

const HOUR = 3600

let newest: Snapshot | null = null
let receivedMs = 0

function arrived(next: Snapshot): void {
  if (newest !== null && next.process.startTime - newest.process.startTime > 1) {
    restart.value = { at: next.process.startTime, pid: next.process.pid }
  }
  newest = next
  receivedMs = performance.now()
  if (pausedAt.value === null) show()
}

function show(): void {
  batch(() => {
    snapshot.value = newest
    shownEnd.value = history.end ?? newest?.stats.timestamp ?? 0
    beat.value++
  })
}

/** Freezes what is shown, or shows what came meanwhile. Recording goes on either way. */
export function togglePause(): void {
  if (pausedAt.value === null) {
    pausedAt.value = newest?.stats.timestamp ?? Date.now() / 1000
  } else {
    pausedAt.value = null
    show()
  }
}

/** Begins to receive; called once. */
export function connect(): void {
  new Connection({
    tick(tick: TickDocument): void {
      history.append(tick.sample)
      arrived(tick.snapshot)
    },
    refill(next: Snapshot, columns: HistoryDocument): void {
      history.merge(columns)
      arrived(next)
    },
    link(state: Link, reason: string | null): void {
      if (link.value.state !== state || link.value.reason !== reason) link.value = { state, reason }
    },
    missingSeconds(): number {
      if (history.end === null || newest === null) return HOUR
      // The page's clock may differ from the server's: what passed is measured here.
      const passed = (performance.now() - receivedMs) / 1000
      return Math.min(HOUR, Math.max(10, passed + 5))
    },
    interval: () => history.interval,
  }).start()
}
