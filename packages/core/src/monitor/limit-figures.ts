import type { LimitFigures, Limits } from '../limits.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import type { AlertLog } from './alert-log.ts'

/** The caps of a monitor by their names. */
export function limitFigures(
  limits: Limits,
  store: MetricStore,
  alerts: AlertLog,
): Readonly<Record<string, LimitFigures>> {
  const { maxMetrics, maxSeriesPerMetric, maxSeries, maxLabelLength, maxErrorLength, maxAlerts } =
    limits
  const { cuts } = store
  const { past, dropped } = alerts.counts
  const { longest, cut } = alerts.messages
  return {
    maxMetrics: { limit: maxMetrics, used: store.metricCount, cut: cuts.maxMetrics },
    maxSeriesPerMetric: {
      limit: maxSeriesPerMetric,
      used: store.largestMetric,
      cut: cuts.maxSeriesPerMetric,
    },
    maxSeries: { limit: maxSeries, used: store.seriesCount, cut: cuts.maxSeries },
    maxLabelLength: { limit: maxLabelLength, used: store.longestText, cut: cuts.maxLabelLength },
    maxErrorLength: { limit: maxErrorLength, used: longest, cut },
    maxAlerts: { limit: maxAlerts, used: past, cut: dropped },
  }
}
