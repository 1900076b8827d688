import type { Line } from '../charts/figure.ts'
import { pointValue } from '../charts/figure.ts'
import { pointed, shownRows } from '../state/frame.ts'
import { history, shownEnd } from '../state/live.ts'
import { place } from '../state/navigation.ts'

/** What the numbers of the cards are of: a moment, a stretch of time, or now. */
export type Moment = 'pointed' | 'selected' | 'now'

export function moment(): Moment {
  if (pointed.value !== null) return 'pointed'
  return place.value.selection === null ? 'now' : 'selected'
}

/** Epoch seconds under the crosshair; null when it is nowhere. */
export function pointedTime(): number | null {
  const point = pointed.value
  return point === null ? null : (shownRows().times[point] ?? null)
}

/** The value of a line under the crosshair, over the selection (mean or peak), else its last. */
export function shownValue(line: Line): number | null {
  const point = pointed.value
  if (point === null && place.value.selection === null) {
    const [, end] = history.bounds(shownEnd.value, shownEnd.value)
    return pointValue(line, end - 1, end)
  }
  const { edges } = shownRows()
  if (point === null) return pointValue(line, edges[0] ?? 0, edges.at(-1) ?? 0)
  return pointValue(line, edges[point] ?? 0, edges[point + 1] ?? 0)
}
