import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { Fragment } from 'preact'
import { useRef } from 'preact/hooks'
import type { RouteRow } from '@core/status/api-types.ts'
import { plural } from '../format/number.ts'
import { go, place } from '../state/navigation.ts'
import { routes } from '../state/routes.ts'
import { Empty } from '../ui/empty.tsx'
import { useHold } from '../ui/hold.ts'
import { FEW_ROWS, MoreRows, RowsTable } from '../ui/rows-table.tsx'
import type { SortColumn } from '../ui/sort-header.tsx'
import { keepOrder, routeKey, sortRoutes } from './order.ts'
import { RouteDetail } from './route-detail.tsx'
import { RouteLine } from './route-line.tsx'

const COLUMNS: readonly SortColumn[] = [
  {
    by: 'route',
    text: 'Route',
    hint: 'Method and pattern; the small line is its requests per second over this time',
    class: 'route',
    ascending: true,
  },
  { by: 'rate', text: 'req/s', hint: 'Requests per second' },
  { by: 'p50', text: 'p50', hint: 'Half of the requests were faster' },
  { by: 'p95', text: 'p95', hint: '95 of 100 requests were faster' },
  { by: 'p99', text: 'p99', hint: '99 of 100 requests were faster; faint below 100 samples' },
  { by: 'max', text: 'max', hint: 'The slowest request', class: 'max' },
  { by: 'errorRate', text: 'errors', hint: 'Share of the requests that failed or were given up' },
  { by: 'share', text: 'share', hint: 'Share of the time that all requests took', class: 'share' },
]

const MOUNTING = `// Express, before the routes
app.use(mtaioExpress())
// Koa, before the router
app.use(mtaioKoa())
// Fastify, before the routes
await fastify.register(mtaioFastify)`

const held = signal(false)
const all = signal(false)

/** Every route with its figures; one that is opened shows its latencies. */
export function RoutesPanel(): JSX.Element {
  const element = useHold(held)
  const rows = routes.value?.data ?? null
  return (
    <section class="card panel" id="routes" aria-labelledby="routes-title" ref={element}>
      <header>
        <h2 id="routes-title">Routes</h2>
        <small>
          {rows !== null && `last ${place.value.range / 60} min · ${plural(rows.length, 'route')}`}
        </small>
        <span class="grow" />
        {rows !== null && rows.length > FEW_ROWS && <Find />}
      </header>
      {rows === null && <Waiting />}
      {rows?.length === 0 && (
        <Empty code={MOUNTING}>
          No request ended in this time. Routes show here once mtaio is mounted before them and
          requests come in.
        </Empty>
      )}
      {rows !== null && rows.length > 0 && <RoutesTable rows={rows} />}
    </section>
  )
}

function Waiting(): JSX.Element {
  const error = routes.value?.error
  return (
    <Empty>
      {error == null ? 'Reading the routes…' : `The routes could not be read: ${error.message}`}
    </Empty>
  )
}

function Find(): JSX.Element {
  return (
    <input
      type="search"
      class="find"
      placeholder="Find a route"
      aria-label="Find a route"
      value={place.value.find}
      onInput={(event) => go({ find: event.currentTarget.value }, 'replace')}
    />
  )
}

function RoutesTable({ rows }: { rows: readonly RouteRow[] }): JSX.Element {
  const { routeSort, find, route } = place.value
  const order = useRef<{ sort: string; keys: readonly string[] }>({ sort: '', keys: [] })
  const needle = find.toLowerCase()
  const sort = `${routeSort.by} ${routeSort.descending} ${find}`
  const found = rows.filter((row) => routeKey(row).toLowerCase().includes(needle))
  const isKept = held.value && order.current.sort === sort
  const sorted = isKept ? keepOrder(found, order.current.keys) : sortRoutes(found, routeSort)
  order.current = { sort, keys: sorted.map(routeKey) }

  const opened = route === null ? -1 : sorted.findIndex((row) => isOpened(row))
  const shown = all.value ? sorted : sorted.slice(0, Math.max(FEW_ROWS, opened + 1))
  return (
    <>
      <RowsTable
        columns={COLUMNS}
        sort={routeSort}
        onSort={(next) => go({ routeSort: next })}
        onPress={pressRow}
      >
        {shown.map((row) => (
          <Fragment key={routeKey(row)}>
            <RouteLine row={row} opened={isOpened(row)} />
            {isOpened(row) && <RouteDetail columns={COLUMNS.length} />}
          </Fragment>
        ))}
      </RowsTable>
      {sorted.length === 0 && <Empty>No route has “{find}” in it.</Empty>}
      <MoreRows all={all} count={sorted.length} what="routes" />
    </>
  )
}

/**
 * A press anywhere in a row follows its link. Not by a link that is stretched over the row: two
 * hundred positioned boxes make each frame dearer.
 */
function pressRow(event: MouseEvent): void {
  const target = event.target as Element
  if (target.closest('a, button') !== null || document.getSelection()?.isCollapsed === false) return
  target.closest('tr')?.querySelector<HTMLAnchorElement>('a.row-link')?.click()
}

function isOpened(row: RouteRow): boolean {
  const { route } = place.value
  return route !== null && route.method === row.method && route.pattern === row.route
}
