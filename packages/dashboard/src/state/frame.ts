import { computed, signal } from '@preact/signals'
import type { Rows } from '../charts/rows.ts'
import { rowsOf } from '../charts/rows.ts'
import { history, shownEnd } from './live.ts'
import { place } from './navigation.ts'

/** The stretch of time that all charts show, epoch seconds. */
export interface Frame {
  readonly from: number
  readonly to: number
  /** No sample after this one is shown: the view may be paused. */
  readonly newest: number
}

/** Steps by which the charts move: a share of their width, and seconds. */
const STEP_SHARE = 1 / 100
const LONGEST_STEP = 5

/**
 * The right edge while the charts follow. It moves by steps that can be seen, a few pixels, so
 * that charts of five minutes are drawn with every third tick and those of an hour with every fifth.
 */
const followed = computed(() => {
  const step = Math.min(LONGEST_STEP, Math.floor(place.value.range * STEP_SHARE))
  return step <= 1 ? shownEnd.value : Math.ceil(shownEnd.value / step) * step
})

export const frame = computed<Frame>(() => {
  const { selection, range } = place.value
  if (selection !== null) return { ...selection, newest: shownEnd.value }
  const to = followed.value
  return { from: to - range, to, newest: shownEnd.peek() }
})

let cached: { frame: Frame; cuts: number; rows: Rows } | null = null

/** The points of the frame that is shown; found once for all charts. */
export function shownRows(): Rows {
  const shown = frame.value
  if (cached?.frame !== shown || cached.cuts !== history.cuts) {
    const rows = rowsOf(history, shown.from, Math.min(shown.to, shown.newest))
    cached = { frame: shown, cuts: history.cuts, rows }
  }
  return cached.rows
}

/** The point under the pointer, in whichever chart it is: an index into its times; null elsewhere. */
export const pointed = signal<number | null>(null)
