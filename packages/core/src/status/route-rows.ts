import type { RequestMetric, RouteEntry } from '../http/route-entry.ts'
import { ExponentialHistogram } from '../metrics/histogram.ts'
import { WindowedHistogram } from '../metrics/sliding-window.ts'
import type { WindowSeconds } from '../metrics/sliding-window.ts'
import type { RouteRow } from './api-types.ts'
import type { Pacer } from './pacer.ts'

/** Of a slice that has begun the rate is told as if at least this share of it had passed. */
const LEAST_SHARE = 0.2

/** Each request that ended is in exactly one of these. */
const ENDED: readonly RequestMetric[] = [
  'request_duration',
  'request_stream',
  'request_aborted',
  'request_timeout',
]

/**
 * The figures of all routes over a window, those that took most of the time first. Routes without
 * a request in the window are left out.
 *
 * @param window Seconds; null for everything since the start.
 * @param sinceMs When the requests began to be counted.
 */
export async function routeRows(
  entries: Iterable<RouteEntry>,
  window: WindowSeconds | null,
  sinceMs: number,
  nowMs: number,
  pacer: Pacer,
): Promise<RouteRow[]> {
  const rows: RouteRow[] = []
  let allTime = 0
  for (const entry of entries) {
    const row = routeRow(entry, window, sinceMs, nowMs)
    if (row.count === 0) continue
    // Until the sum over all routes is known, `share` is the time in seconds.
    allTime += row.share
    rows.push(row)
    if (pacer.isDue) await pacer.pause()
  }
  return rows
    .map((row) => ({ ...row, share: allTime === 0 ? 0 : (row.share / allTime) * 100 }))
    .toSorted((a, b) => b.share - a.share)
}

function routeRow(
  entry: RouteEntry,
  window: WindowSeconds | null,
  sinceMs: number,
  nowMs: number,
): RouteRow {
  const count = (metric: RequestMetric): number => countOf(entry, metric, window, nowMs)
  const answered = latencyOf(entry, window, nowMs)
  const ended = ENDED.reduce((sum, metric) => sum + count(metric), 0)
  const errors = count('request_error')
  const timeouts = count('request_timeout')
  const span =
    window === null
      ? (nowMs - sinceMs) / 1000
      : WindowedHistogram.windowSpan(window, nowMs, sinceMs)
  return {
    method: entry.method,
    route: entry.route,
    count: ended,
    rate: ended / span,
    errors,
    errorRate: ended === 0 ? 0 : ((errors + timeouts) / ended) * 100,
    aborted: count('request_aborted'),
    timeouts,
    mean: answered.mean,
    p50: answered.quantile(0.5),
    p95: answered.quantile(0.95),
    p99: answered.quantile(0.99),
    max: answered.max,
    share: answered.sum,
    spark: spark(entry, window ?? 3600, nowMs),
  }
}

/** The latency of a route: of the requests that were answered, but not by a stream. */
export function latencyOf(
  entry: RouteEntry,
  window: WindowSeconds | null,
  nowMs: number,
): ExponentialHistogram {
  const merged = new ExponentialHistogram()
  for (const values of entry.series('request_duration')) {
    merged.merge(window === null ? values.total() : values.window(window, nowMs))
  }
  return merged
}

function countOf(
  entry: RouteEntry,
  metric: RequestMetric,
  window: WindowSeconds | null,
  nowMs: number,
): number {
  let count = 0
  for (const values of entry.series(metric)) {
    count += window === null ? values.totalCount : values.windowCount(window, nowMs)
  }
  return count
}

/** Requests per second in each slice of the window; the last one has only begun. */
function spark(entry: RouteEntry, window: WindowSeconds, nowMs: number): number[] {
  const counts: number[] = []
  for (const metric of ENDED) {
    for (const values of entry.series(metric)) {
      values.counts(window, nowMs).forEach((count, i) => (counts[i] = (counts[i] ?? 0) + count))
    }
  }
  const seconds = window / counts.length
  const begun = Math.max((nowMs / 1000) % seconds, LEAST_SHARE * seconds)
  return counts.map((count, i) => count / (i === counts.length - 1 ? begun : seconds))
}
