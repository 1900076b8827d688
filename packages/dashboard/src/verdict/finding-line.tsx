import type { JSX } from 'preact'
import { cardId, figureOf, RATE } from '../figures/definitions.ts'
import { METRICS_ID } from '../metrics/metrics-panel.tsx'
import { place } from '../state/navigation.ts'
import { VERDICT_RANGE } from '../state/place.ts'
import { PlaceLink } from '../ui/place-link.tsx'
import { RouteName } from '../ui/route-name.tsx'
import type { Finding } from './findings.ts'

/** One thing that is wrong, with the links to what proves it. */
export function FindingLine({ finding }: { finding: Finding }): JSX.Element {
  const { level, title, text, route, routeText, metric, isRecorded, charts, requests } = finding
  const figure = figureOf(metric)
  const isOwn = figure === null && isRecorded
  return (
    <div class={`finding ${level}`}>
      <b class="finding-title">
        <span aria-hidden="true">{level === 'bad' ? '✕' : '▲'}</span> {title}
      </b>
      <p>
        {text}{' '}
        {route !== null && (
          <span class="soft">
            <PlaceLink
              to={{
                route: { method: route.method, pattern: route.route },
                // In a shorter one it may have no row.
                range: place.value.range < VERDICT_RANGE ? VERDICT_RANGE : place.value.range,
              }}
              show="routes"
              class="plain"
            >
              <RouteName method={route.method} route={route.route} />
            </PlaceLink>{' '}
            {routeText}
          </span>
        )}
      </p>
      <span class="finding-links">
        {charts !== null && (
          <PlaceLink
            to={charts}
            show={isOwn ? METRICS_ID : cardId(figure ?? RATE)}
            label={`${title}: show ${isOwn ? 'the metrics' : 'this time in the charts'}`}
          >
            {isOwn ? 'Metrics' : 'Charts'} →
          </PlaceLink>
        )}
        {requests !== null && (
          <PlaceLink to={requests} show="requests" label={`${title}: show the requests`}>
            Requests →
          </PlaceLink>
        )}
      </span>
    </div>
  )
}
