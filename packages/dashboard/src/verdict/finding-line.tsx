import type { JSX } from 'preact'
import { cardId, figureOf } from '../figures/definitions.ts'
import { PlaceLink } from '../ui/place-link.tsx'
import { RouteName } from '../ui/route-name.tsx'
import type { Finding } from './findings.ts'

/** One thing that is wrong, with the links to what proves it. */
export function FindingLine({ finding }: { finding: Finding }): JSX.Element {
  const { level, title, text, route, routeText, charts, requests } = finding
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
              to={{ route: { method: route.method, pattern: route.route } }}
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
            show={cardId(figureOf(finding.metric))}
            label={`${title}: show this time in the charts`}
          >
            Charts →
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
