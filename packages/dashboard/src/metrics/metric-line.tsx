import type { JSX } from 'preact'
import type { MetricRow } from '@core/status/api-types.ts'
import { count, plural } from '../format/number.ts'
import { date } from '../format/time.ts'
import { unitOf, write } from '../format/unit.ts'
import { thresholdOf } from '../state/alerts.ts'
import { Sparkline } from '../ui/sparkline.tsx'
import { labelsText } from './order.ts'

/** A series of a metric in figures. */
export function MetricLine({ row }: { row: MetricRow }): JSX.Element {
  const unit = unitOf(row.metric)
  const labels = labelsText(row)
  return (
    <tr role="row" class="line">
      <td role="cell" class="route">
        <div class="route-cell">
          <span class="route-name" title={labels === '' ? row.metric : `${row.metric} ${labels}`}>
            <span class="pattern">{row.metric}</span> <span class="soft">{labels}</span>
          </span>
          <Sparkline values={row.spark} />
        </div>
      </td>
      <td role="cell" title={`at ${date(row.lastTime)}`}>
        <Last row={row} />
      </td>
      <td role="cell">{write(row.mean, unit)}</td>
      <td role="cell">{write(row.p50, unit)}</td>
      <td role="cell">{write(row.p95, unit)}</td>
      <td role="cell" class="max" title={`at least ${write(row.min, unit)}`}>
        {write(row.max, unit)}
      </td>
      <td role="cell" title={plural(row.count, 'value')}>
        {count(row.count)}
      </td>
    </tr>
  )
}

/** Stands out where it is above the threshold of its metric. */
function Last({ row }: { row: MetricRow }): JSX.Element {
  const unit = unitOf(row.metric)
  const limit = thresholdOf(row.metric)
  if (limit === null || row.last <= limit) return <>{write(row.last, unit)}</>
  return (
    <b class="warn" title={`Above the threshold of ${write(limit, unit)}`}>
      {write(row.last, unit)}
    </b>
  )
}
