import type { MetricSeries, MetricStore } from '../metrics/metric-store.ts'
import { REQUEST_METRICS } from './prometheus/request-metrics.ts'

/** A series with a value. */
export type RecordedSeries = MetricSeries & { readonly last: number; readonly lastMs: number }

/**
 * The series that the app itself records, those of one metric together. Those of requests are told as
 * routes; one whose values were all refused has nothing to tell.
 */
export function* ownSeries(
  store: MetricStore,
): Generator<readonly [name: string, recorded: readonly RecordedSeries[]], void, undefined> {
  for (const metric of store.metrics()) {
    if (REQUEST_METRICS.has(metric.name)) continue
    const recorded = [...metric.series()].filter(isRecorded)
    if (recorded.length > 0) yield [metric.name, recorded]
  }
}

function isRecorded(series: MetricSeries): series is RecordedSeries {
  return series.last !== null
}
