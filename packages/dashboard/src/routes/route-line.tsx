import type { JSX } from 'preact'
import type { RouteRow } from '@core/status/api-types.ts'
import { duration } from '../format/duration.ts'
import { count, percent, plural, rate } from '../format/number.ts'
import { slowFrom } from '../state/alerts.ts'
import { PlaceLink } from '../ui/place-link.tsx'
import { RouteName } from '../ui/route-name.tsx'
import { failuresOf } from '../verdict/findings.ts'
import { Sparkline } from '../ui/sparkline.tsx'

const FEW_SAMPLES = 100

/** From here on a share of failures stands out as bad, not only as noticed. */
const BAD_PERCENT = 1

/** A route in figures. */
export function RouteLine({ row, opened }: { row: RouteRow; opened: boolean }): JSX.Element {
  // Those that had no answer have no latency either.
  const samples = row.count - row.aborted - row.timeouts
  const few = samples < FEW_SAMPLES
  const target = opened ? null : { method: row.method, pattern: row.route }
  return (
    <tr role="row" class={opened ? 'line linked opened' : 'line linked'}>
      <td role="cell" class="route">
        <div class="route-cell">
          <PlaceLink
            to={{ route: target }}
            class="row-link"
            label={`${row.method} ${row.route}, ${opened ? 'close' : 'open'}`}
          >
            <RouteName method={row.method} route={row.route} />
          </PlaceLink>
          <Sparkline values={row.spark} />
        </div>
      </td>
      <td role="cell" title={plural(row.count, 'request')}>
        {rate(row.rate)}
      </td>
      <td role="cell">
        <Latency value={row.p50} />
      </td>
      <td role="cell">
        <Latency value={row.p95} />
      </td>
      <td role="cell" class={few ? 'few' : undefined} title={`of ${plural(samples, 'sample')}`}>
        {few ? duration(row.p99) : <Latency value={row.p99} />}
      </td>
      <td role="cell" class="max">
        {duration(row.max)}
      </td>
      <td
        role="cell"
        title={`${count(row.errors)} failed and ${count(row.timeouts)} given up of ${plural(row.count, 'request')}`}
      >
        <Failures row={row} />
      </td>
      <td role="cell" class="share">
        <span>{percent(row.share)}</span>
        <span class="share-bar" aria-hidden="true">
          <i style={{ width: `${Math.min(100, row.share)}%` }} />
        </span>
      </td>
    </tr>
  )
}

/** Stands out where it is above the threshold of the response time. */
function Latency({ value }: { value: number | null }): JSX.Element {
  const limit = slowFrom.value
  if (value === null || limit === null || value <= limit) return <>{duration(value)}</>
  return (
    <b class="warn" title={`Above the threshold of ${duration(limit)}`}>
      {duration(value)}
    </b>
  )
}

function Failures({ row }: { row: RouteRow }): JSX.Element {
  if (failuresOf(row) === 0) return <span class="faint">0</span>
  return <b class={row.errorRate >= BAD_PERCENT ? 'bad' : 'warn'}>{percent(row.errorRate)}</b>
}
