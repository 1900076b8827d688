import type { MetricSeries, MetricStore } from '../metrics/metric-store.ts'
import { isOfRequests } from '../http/route-entry.ts'

/** A series with a value. */
export type RecordedSeries = MetricSeries & { readonly last: number; readonly lastMs: number }

/**
 * The series that the app itself records, those of one metric together. Those of requests are told as
 * routes; one whose values were all refused has nothing to tell. An app that records a
 * `request_duration` of its own, as a monitor without a web server is told of requests, has it here.
 */
export function* ownSeries(
  store: MetricStore,
): Generator<readonly [name: string, recorded: readonly RecordedSeries[]], void, undefined> {
  for (const metric of store.metrics()) {
    const recorded = [...metric.series()].filter(isOwn)
    if (recorded.length > 0) yield [metric.name, recorded]
  }
}

function isOwn(series: MetricSeries): series is RecordedSeries {
  return series.last !== null && !isOfRequests(series)
}
