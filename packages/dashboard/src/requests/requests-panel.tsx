import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { RequestsDocument } from '@core/status/api-types.ts'
import { count, plural } from '../format/number.ts'
import { span } from '../format/time.ts'
import { go, place } from '../state/navigation.ts'
import type { Place } from '../state/place.ts'
import { filterRequests, fresh, held, requestsError, showFresh, shown } from '../state/requests.ts'
import { Empty } from '../ui/empty.tsx'
import { useHold } from '../ui/hold.ts'
import { Icon } from '../ui/icons.tsx'
import { RouteName } from '../ui/route-name.tsx'
import { Filters } from './filters.tsx'
import { RequestLine } from './request-line.tsx'
import { Tabs } from './tabs.tsx'

const FEW_ROWS = 12
const all = signal(false)

/** The requests that are kept, by what makes them worth a look. */
export function RequestsPanel(): JSX.Element {
  const element = useHold(held)
  return (
    <section class="card panel" id="requests" aria-labelledby="requests-title" ref={element}>
      <header>
        <h2 id="requests-title">Requests</h2>
        <Scope />
        <span class="grow" />
        {fresh.value > 0 && (
          <button type="button" class="pill" onClick={showFresh}>
            {fresh.value} new
          </button>
        )}
      </header>
      <Tabs />
      <div
        id="requests-list"
        role="tabpanel"
        aria-labelledby={`tab-${place.value.view}`}
        tabIndex={-1}
      >
        <Filters />
        <List />
      </div>
    </section>
  )
}

/** How far back a list goes: it is of no range that the charts show. */
function keptText(document: RequestsDocument | undefined): string {
  if (document === undefined || document.view === 'in-flight' || document.total === 0) return ''
  return document.view === 'slowest' ? 'of the last hour' : `the last ${count(document.total)}`
}

/** What the list is narrowed to from elsewhere on the page. */
function Scope(): JSX.Element {
  const { route, selection } = place.value
  return (
    <>
      {route !== null && (
        <button
          type="button"
          class="chip"
          title="Of all routes"
          onClick={() => go({ route: null })}
        >
          <RouteName method={route.method} route={route.pattern} />
          <Icon name="close" />
          <span class="unseen">Show the requests of all routes</span>
        </button>
      )}
      <small>
        {selection !== null
          ? span(selection.from, selection.to)
          : route === null && keptText(shown.value?.document)}
      </small>
    </>
  )
}

function List(): JSX.Element {
  const current = shown.value
  if (current === null) {
    const error = requestsError.value
    return (
      <Empty>
        {error === null
          ? 'Reading the requests…'
          : `The requests could not be read: ${error.message}`}
      </Empty>
    )
  }
  const found = filterRequests(current.document.requests, place.value)
  if (found.length === 0) return <Nothing document={current.document} />
  const rows = all.value ? found : found.slice(0, FEW_ROWS)
  return (
    <>
      <ol class="request-list">
        {rows.map((request) => (
          <RequestLine key={request.id} request={request} />
        ))}
      </ol>
      {found.length > FEW_ROWS && (
        <button type="button" class="more" onClick={() => (all.value = !all.value)}>
          {all.value ? 'Show fewer' : `Show all ${found.length} that are kept`}
        </button>
      )}
    </>
  )
}

const UNFILTERED: Partial<Place> = {
  route: null,
  selection: null,
  method: '',
  status: '',
  least: 0,
  text: '',
}

const WHY_EMPTY: Readonly<Record<Place['view'], string>> = {
  slowest: 'No request has ended yet. Those that take longest are kept here, with what they did.',
  recent: 'No request has ended yet. The last ones are kept here.',
  errors:
    'No request failed. One that ends with a 5xx, breaks off or times out is kept here, with its stack.',
  'in-flight': 'Nothing is in flight at this moment.',
}

function Nothing({ document }: { document: RequestsDocument }): JSX.Element {
  const { view, route, selection, method, status, least, text } = place.value
  const isFiltered =
    route !== null ||
    selection !== null ||
    method !== '' ||
    status !== '' ||
    least > 0 ||
    text !== ''
  if (!isFiltered || document.total === 0) return <Empty>{WHY_EMPTY[view]}</Empty>
  return (
    <div class="empty">
      <p>None of the {plural(document.total, 'kept request')} is of this route, time or filter.</p>
      <button type="button" class="button" onClick={() => go(UNFILTERED)}>
        Show all
      </button>
    </div>
  )
}
