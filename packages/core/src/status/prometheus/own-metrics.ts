import { ExponentialHistogram } from '../../metrics/histogram.ts'
import type { MetricStore } from '../../metrics/metric-store.ts'
import { ownSeries } from '../own-series.ts'
import type { Pacer } from '../pacer.ts'
import type { Exposition } from './exposition.ts'

/** Seconds that the quantiles of a summary look back, as is usual for Prometheus clients. */
const WINDOW_SECONDS = 300
const QUANTILES = [0.5, 0.95, 0.99] as const

/**
 * The metrics that the app records. Each is a gauge of the same name, the value recorded last, and
 * a summary `<name>_values`: `rate(<name>_values_count[5m])` is how often it is recorded, and
 * `_sum / _count` its mean. Their range is not known beforehand, so there are no fixed buckets.
 */
export async function writeOwnMetrics(
  out: Exposition,
  metrics: MetricStore,
  nowMs: number,
  pacer: Pacer,
): Promise<void> {
  const recent = new ExponentialHistogram()
  for (const [name, recorded] of ownSeries(metrics)) {
    const last = out.family(name, 'gauge', `The last value of ${name}.`)
    for (const series of recorded) {
      last.value(series.last, series.labels)
      if (pacer.isDue) await pacer.pause()
    }
    const values = out.family(
      `${name}_values`,
      'summary',
      `All values of ${name}; the quantiles are of the last five minutes.`,
    )
    for (const series of recorded) {
      series.values.window(WINDOW_SECONDS, nowMs, recent)
      values.summary(
        series.values.totalSum,
        series.values.totalCount,
        QUANTILES.map((q) => [q, recent.quantile(q)]),
        series.labels,
      )
      if (pacer.isDue) await pacer.pause()
    }
  }
}
