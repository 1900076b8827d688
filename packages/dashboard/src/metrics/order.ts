import type { MetricRow } from '@core/status/api-types.ts'
import type { Sort } from '../state/place.ts'
import { sortRows } from '../state/sort-rows.ts'

const KEYS = ['metric', 'last', 'mean', 'p50', 'p95', 'max', 'count'] as const

/** The labels of a series in words: queue=mail, host=a. */
export function labelsText({ labels }: Pick<MetricRow, 'labels'>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

/** One string for a metric and its labels. */
export function seriesKey(row: Pick<MetricRow, 'metric' | 'labels'>): string {
  return `${row.metric} {${labelsText(row)}}`
}

/** Series in order; what has no figure comes last, whichever the direction. */
export function sortMetrics(rows: readonly MetricRow[], sort: Sort): readonly MetricRow[] {
  return sortRows(rows, sort, KEYS, 'metric', seriesKey)
}
