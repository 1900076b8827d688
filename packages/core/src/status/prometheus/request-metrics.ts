import { isOfRequests, type RequestMetric } from '../../http/route-entry.ts'
import type { MetricSeries } from '../../metrics/metric-series.ts'
import { ExponentialHistogram } from '../../metrics/histogram.ts'
import type { MetricStore } from '../../metrics/metric-store.ts'
import type { Pacer } from '../pacer.ts'
import type { Exposition } from './exposition.ts'

/** What the request metrics are read from. */
export interface RequestMetricsSource {
  readonly metrics: MetricStore
  inFlight(): number
}

const COUNTERS = [
  ['request_error', 'Requests that failed: a status from 500 on, or a response that broke off.'],
  ['request_aborted', 'Requests whose client left before the end.'],
  ['request_timeout', 'Requests that took too long and were given up.'],
] as const

/**
 * 0.49 ms to 32 s in powers of two. Each is the upper bound of a bucket of the exponential histogram
 * that they are counted from, so every count is exact; round decimal bounds would cut buckets.
 */
export const DURATION_BOUNDS: readonly number[] = Array.from(
  { length: 17 },
  (_, i) => 2 ** (i - 11),
)

export async function writeRequestMetrics(
  out: Exposition,
  source: RequestMetricsSource,
  pacer: Pacer,
): Promise<void> {
  const durations = out.family(
    'request_duration_seconds',
    'histogram',
    'Time from the first byte of a request to the end of its response, in seconds.',
  )
  const total = new ExponentialHistogram()
  for (const { values, labels } of seriesOf(source, 'request_duration')) {
    durations.histogram(values.total(total), DURATION_BOUNDS, labels)
    if (pacer.isDue) await pacer.pause()
  }
  for (const [name, help] of COUNTERS) {
    const counter = out.family(name, 'counter', help)
    for (const series of seriesOf(source, name)) {
      counter.value(series.values.totalCount, series.labels)
      if (pacer.isDue) await pacer.pause()
    }
  }
  // They last as long as somebody listens: a distribution would say nothing.
  const streams = out.family('request_stream_seconds', 'summary', 'Time that responses streamed.')
  for (const { values, labels } of seriesOf(source, 'request_stream')) {
    streams.summary(values.totalSum, values.totalCount, [], labels)
  }
  out
    .family('request_in_flight', 'gauge', 'Requests that are being answered now.')
    .value(source.inFlight())
}

function seriesOf({ metrics }: RequestMetricsSource, name: RequestMetric): MetricSeries[] {
  return [...(metrics.get(name)?.series() ?? [])].filter(isOfRequests)
}
