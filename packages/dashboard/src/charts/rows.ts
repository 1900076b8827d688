import type { History } from '../data/history.ts'

/** What the charts show of the history: samples one by one, or some of them as one point. */
export interface Rows {
  /** Epoch seconds, one a point: of the last sample in it. */
  readonly times: number[]
  /** Where in the history each point begins, and where the last one ends. */
  readonly edges: readonly number[]
}

/** A chart is some 300 pixels wide: more points than this only make its line thick. */
const MAX_POINTS = 160

/** Seconds that one point may stand for. */
const STEPS = [2, 3, 6, 10, 15, 24, 30, 60] as const

/**
 * The points of a stretch of time. Points that stand for several samples begin at round times, so
 * that a point keeps its samples while time goes on.
 */
export function rowsOf(history: History, from: number, to: number): Rows {
  const [first, end] = history.bounds(from, to)
  const step = stepFor(to - from, history.interval)
  const times: number[] = []
  const edges: number[] = []
  let current = Number.NaN
  for (let row = first; row < end; row++) {
    const time = history.times[row] ?? 0
    const slot = step === 0 ? row : Math.floor(time / step)
    if (slot === current) {
      times[times.length - 1] = time
      continue
    }
    current = slot
    times.push(time)
    edges.push(row)
  }
  edges.push(end)
  return { times, edges }
}

/** Seconds a point; 0 when each sample is one. */
export function stepFor(seconds: number, interval: number): number {
  const points = seconds / interval
  if (points <= MAX_POINTS) return 0
  const needed = seconds / MAX_POINTS
  return STEPS.find((step) => step >= needed && step > interval) ?? 60
}
