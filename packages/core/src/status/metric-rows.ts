import { clock } from '../clock.ts'
import { ExponentialHistogram } from '../metrics/histogram.ts'
import type { WindowSeconds } from '../metrics/sliding-window.ts'
import type { MetricRow } from './api-types.ts'
import type { RecordedSeries } from './own-series.ts'
import type { Pacer } from './pacer.ts'

/**
 * The figures of series over a window. One without a value in the window is there all the same: its
 * last value holds until there is another.
 *
 * @param window Seconds; null for everything since the start.
 */
export async function metricRows(
  all: Iterable<RecordedSeries>,
  window: WindowSeconds | null,
  nowMs: number,
  pacer: Pacer,
): Promise<MetricRow[]> {
  const rows: MetricRow[] = []
  const recorded = new ExponentialHistogram()
  for (const series of all) {
    rows.push(metricRow(series, window, nowMs, recorded))
    if (pacer.isDue) await pacer.pause()
  }
  return rows
}

/** @param recorded Is filled with what the window has. */
function metricRow(
  { name, labels, last, lastMs, values }: RecordedSeries,
  window: WindowSeconds | null,
  nowMs: number,
  recorded: ExponentialHistogram,
): MetricRow {
  if (window === null) values.total(recorded)
  else values.window(window, nowMs, recorded)
  return {
    metric: name,
    labels,
    last,
    lastTime: clock.toEpochSeconds(lastMs),
    count: recorded.count,
    mean: recorded.mean,
    min: recorded.min,
    p50: recorded.quantile(0.5),
    p95: recorded.quantile(0.95),
    p99: recorded.quantile(0.99),
    max: recorded.max,
    spark: values.means(window ?? 3600, nowMs),
  }
}
