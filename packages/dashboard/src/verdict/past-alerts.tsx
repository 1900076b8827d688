import type { JSX } from 'preact'
import type { AlertDocument } from '@core/status/api-types.ts'
import { longDuration } from '../format/duration.ts'
import { clock } from '../format/time.ts'
import { plural } from '../format/number.ts'
import { unitOf, write } from '../format/unit.ts'
import { alerts } from '../state/alerts.ts'
import { PlaceLink } from '../ui/place-link.tsx'

const MAX_ROWS = 20

/** Seconds around a past alert that its chart shows. */
const MARGIN_SECONDS = 30

/** Alerts that are over, folded. */
export function PastAlerts(): JSX.Element | null {
  const { past } = alerts.value
  if (past.length === 0) return null
  return (
    <details class="past">
      <summary>{plural(past.length, 'alert')} before</summary>
      <ul>
        {past.slice(0, MAX_ROWS).map((alert) => (
          <li key={alert.id}>
            <PastAlert alert={alert} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function PastAlert({ alert }: { alert: AlertDocument }): JSX.Element {
  const { metric, threshold, since, message } = alert
  const until = alert.until ?? since
  const unit = unitOf(metric)
  return (
    <>
      <PlaceLink
        to={{ selection: { from: since - MARGIN_SECONDS, to: until + MARGIN_SECONDS } }}
        label={`Show ${metric} at ${clock(since)} in the charts`}
      >
        {clock(since)}
      </PlaceLink>{' '}
      <b>{metric}</b> {message} {threshold !== null && `above ${write(threshold, unit)}`}{' '}
      <span class="soft">for {longDuration(until - since)}</span>
    </>
  )
}
