import type { JSX } from 'preact'
import type { RouteHistogramDocument } from '@core/status/api-types.ts'
import { plural } from '../format/number.ts'
import { duration } from '../format/duration.ts'
import { histogram } from '../state/routes.ts'
import { place } from '../state/navigation.ts'
import { PlaceLink } from '../ui/place-link.tsx'
import type { Band } from './bands.ts'
import { bandsOf } from './bands.ts'

/** How long the requests of the opened route took, and an example of each latency. */
export function RouteDetail({ columns }: { columns: number }): JSX.Element {
  const answer = histogram.value
  const document = answer?.data ?? null
  return (
    <tr role="row" class="detail">
      <td role="cell" colSpan={columns}>
        {document === null ? (
          <p class="soft">{answer?.error?.message ?? 'Reading the latencies…'}</p>
        ) : (
          <Histogram document={document} />
        )}
      </td>
    </tr>
  )
}

function Histogram({ document }: { document: RouteHistogramDocument }): JSX.Element {
  const bands = bandsOf(document)
  const top = Math.max(...bands.map((band) => band.count), 1)
  const examples = bands.filter((band) => band.example !== null).length
  if (bands.length === 0) return <p class="soft">No request was answered in this time.</p>
  return (
    <figure class="histogram">
      <figcaption>
        Latency of {plural(document.count, 'request')}, last {place.value.range / 60} min.{' '}
        {examples > 0
          ? 'A bar with a dot opens a request that took so long.'
          : 'No example is kept yet.'}
      </figcaption>
      <ul class="bars">
        {bands.map((band) => (
          <li key={band.from}>
            <Bar band={band} top={top} />
          </li>
        ))}
      </ul>
      <Marks bands={bands} />
    </figure>
  )
}

/** Even one request of many thousands must be seen. */
const LEAST_PERCENT = 3

function Bar({ band, top }: { band: Band; top: number }): JSX.Element {
  const text = `${duration(band.from)} to ${duration(band.to)}: ${plural(band.count, 'request')}`
  const height = band.count === 0 ? 0 : LEAST_PERCENT + (100 - LEAST_PERCENT) * (band.count / top)
  const fill = <i style={{ height: `${height}%` }} />
  if (band.example === null) {
    return (
      <span class="bar-fill" role="img" aria-label={text} title={text}>
        {fill}
      </span>
    )
  }
  const failed = band.example.outcome !== 'ok'
  return (
    <PlaceLink
      to={{ request: band.example.id }}
      class={failed ? 'bar-fill example bad' : 'bar-fill example'}
      title={`${text}. Open one${failed ? ' that failed' : ''}.`}
      label={`${text}. Open one.`}
    >
      {fill}
    </PlaceLink>
  )
}

function Marks({ bands }: { bands: readonly Band[] }): JSX.Element {
  const middle = bands[bands.length >> 1]
  return (
    <p class="marks" aria-hidden="true">
      <span>{duration(bands[0]?.from)}</span>
      {bands.length > 4 && <span>{duration(middle?.from)}</span>}
      <span>{duration(bands.at(-1)?.to)}</span>
    </p>
  )
}
