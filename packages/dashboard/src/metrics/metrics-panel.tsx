import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { MetricRow } from '@core/status/api-types.ts'
import { plural } from '../format/number.ts'
import { metrics, metricsInView } from '../state/metrics.ts'
import { go, place } from '../state/navigation.ts'
import { Empty } from '../ui/empty.tsx'
import { useInView } from '../ui/in-view.ts'
import { FEW_ROWS, MoreRows, RowsTable } from '../ui/rows-table.tsx'
import type { SortColumn } from '../ui/sort-header.tsx'
import { MetricLine } from './metric-line.tsx'
import { seriesKey, sortMetrics } from './order.ts'

/** The id of the panel, for links to it. */
export const METRICS_ID = 'metrics'

const all = signal(false)

const COLUMNS: readonly SortColumn[] = [
  {
    by: 'metric',
    text: 'Metric',
    hint: 'Name and labels; the small line is the mean over this time',
    class: 'route',
    ascending: true,
  },
  { by: 'last', text: 'last', hint: 'The value recorded last, whenever that was' },
  { by: 'mean', text: 'mean', hint: 'Mean of the values' },
  { by: 'p50', text: 'p50', hint: 'Half of the values were lower' },
  { by: 'p95', text: 'p95', hint: '95 of 100 values were lower' },
  { by: 'max', text: 'max', hint: 'The highest value', class: 'max' },
  { by: 'count', text: 'values', hint: 'How many values were recorded' },
]

const RECORDING = `mtaio.monitor.recordMetric('queue_length', queue.length, { queue: 'mail' })`

/** The metrics that the app itself records. */
export function MetricsPanel(): JSX.Element {
  const element = useInView(metricsInView)
  const answer = metrics.value
  const rows = answer?.data ?? null
  return (
    <section class="card panel" id={METRICS_ID} aria-labelledby="metrics-title" ref={element}>
      <header>
        <h2 id="metrics-title">Metrics of the app</h2>
        <small>
          {rows !== null &&
            rows.length > 0 &&
            `last ${place.value.range / 60} min · ${plural(rows.length, 'series', 'series')}`}
        </small>
      </header>
      {rows === null && (
        <Empty>
          {answer?.error == null
            ? 'Reading the metrics…'
            : `The metrics could not be read: ${answer.error.message}`}
        </Empty>
      )}
      {rows?.length === 0 && (
        <Empty code={RECORDING}>
          The app has recorded no metric of its own. Record one, and its values are shown here:
        </Empty>
      )}
      {rows !== null && rows.length > 0 && <MetricsTable rows={rows} />}
    </section>
  )
}

function MetricsTable({ rows }: { rows: readonly MetricRow[] }): JSX.Element {
  const { metricSort } = place.value
  const sorted = sortMetrics(rows, metricSort)
  const shown = all.value ? sorted : sorted.slice(0, FEW_ROWS)
  return (
    <>
      <RowsTable
        class="metrics"
        columns={COLUMNS}
        sort={metricSort}
        onSort={(next) => go({ metricSort: next })}
      >
        {shown.map((row) => (
          <MetricLine key={seriesKey(row)} row={row} />
        ))}
      </RowsTable>
      <MoreRows all={all} count={sorted.length} what="series" />
    </>
  )
}
