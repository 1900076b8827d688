import type { AlertDocument, RouteRow, Snapshot } from '@core/status/api-types.ts'
import { duration, longDuration } from '../format/duration.ts'
import { lasting } from '../format/time.ts'
import { count, percent, plural } from '../format/number.ts'
import { unitOf, write } from '../format/unit.ts'
import type { Place } from '../state/place.ts'
import { VERDICT_RANGE } from '../state/place.ts'

/** Something that is wrong, in words, and where to look. */
export interface Finding {
  readonly id: string
  /** `bad`: users feel it. `warn`: the process is under strain, or nobody set a threshold. */
  readonly level: 'bad' | 'warn'
  readonly title: string
  readonly text: string
  /** The route that has most to do with it. */
  readonly route: RouteRow | null
  /** What that route has to do with it. */
  readonly routeText: string | null
  /** The metric of an alert; its chart is the one to look at. */
  readonly metric: string | null
  /** The metric has a threshold, and so is recorded; else somebody raised the alert by hand. */
  readonly isRecorded: boolean
  /** The changes of place that show the evidence. */
  readonly charts: Partial<Place> | null
  readonly requests: Partial<Place> | null
}

/** Metrics of which users feel something at once. */
const FELT: ReadonlySet<string> = new Set([
  'error_rate',
  'response_time',
  'request_duration',
  'request_error',
])

/** Metrics of which the route that takes most time is to blame. */
const LATENCY_METRICS: ReadonlySet<string> = new Set(['response_time', 'request_duration'])

/** Seconds before an alert that its evidence begins. */
const LEAD_SECONDS = 30

/** Without a threshold: as many failures and as large a share of a route's requests are pointed out. */
const MIN_FAILURES = 3
const MIN_FAILURE_PERCENT = 1

/** As large a share of all requests of the last minute is pointed out, whichever routes they are of. */
const MIN_OVERALL_PERCENT = 5

/** Seconds that a request may wait for its answer before that is pointed out. */
const LONG_WAIT = 10

/** What is wrong now: alerts first, then what fails or hangs without one. */
export function findings(snapshot: Snapshot, rows: readonly RouteRow[]): readonly Finding[] {
  const now = snapshot.stats.timestamp
  const found = snapshot.alerts.map((alert) => ofAlert(alert, rows, now))
  const named = new Set(found.map(({ route }) => route))
  const errorsSaid = snapshot.alerts.some((alert) => alert.metric === 'error_rate')
  if (!errorsSaid) {
    const routes = failing(rows)
    for (const row of routes) if (!named.has(row)) found.push(ofFailingRoute(row))
    if (routes.length === 0) found.push(...ofFailures(snapshot.http))
  }
  found.push(...ofLongWait(snapshot.http))
  return withoutRepeats(found).toSorted((a, b) =>
    a.level === b.level ? 0 : a.level === 'bad' ? -1 : 1,
  )
}

/** What was said of a route once is not said of it again. */
function withoutRepeats(found: readonly Finding[]): readonly Finding[] {
  const said = new Set<string>()
  return found.map((finding) => {
    const { route, routeText } = finding
    if (route === null || routeText === null) return finding
    const words = `${route.method} ${route.route} ${routeText}`
    if (said.has(words)) return { ...finding, route: null, routeText: null }
    said.add(words)
    return finding
  })
}

function ofAlert(alert: AlertDocument, rows: readonly RouteRow[], now: number): Finding {
  const { metric } = alert
  const route = culprit(metric, rows)
  const selection = { from: alert.since - LEAD_SECONDS, to: now }
  const known = route === null ? null : { method: route.method, pattern: route.route }
  return {
    id: alert.id,
    level: FELT.has(metric) ? 'bad' : 'warn',
    title: nameOf(alert),
    text: textOf(alert, now),
    route,
    routeText: route === null ? null : contribution(route, metric),
    metric,
    isRecorded: alert.threshold !== null,
    charts: { selection },
    requests: {
      selection,
      route: known,
      view: metric === 'error_rate' ? 'errors' : 'slowest',
      ...NO_FILTER,
    },
  }
}

/** What the routes are of that are looked at. */
const LATELY = `in the last ${VERDICT_RANGE / 60} min`

const NO_FILTER: Partial<Place> = { method: '', status: '', least: 0, text: '' }

function nameOf({ metric, labels }: AlertDocument): string {
  const parts = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`)
  return parts.length === 0 ? metric : `${metric} {${parts.join(', ')}}`
}

function textOf({ metric, value, threshold, message, since }: AlertDocument, now: number): string {
  const unit = unitOf(metric)
  const words = message === null ? '' : `${message} `
  if (value === null) return `${words}Fires ${lasting(since, now)}.`
  const figure = write(value, unit)
  if (threshold === null) return `${words}${figure} ${lasting(since, now)}.`
  const limit = write(threshold, unit)
  // An alert ends some way below its threshold only: until then its value may be under it.
  if (value > threshold) return `${words}${figure} > ${limit} ${lasting(since, now)}.`
  return `${words}${figure} now, rose above ${limit} ${longDuration(now - since)} ago.`
}

function contribution(row: RouteRow, metric: string): string {
  if (metric === 'error_rate') return failureText(row)
  const p95 = row.p95 === null ? '' : `has a p95 of ${duration(row.p95)} and `
  return `${p95}holds ${percent(row.share)} of the time of all requests ${LATELY}.`
}

function failureText(row: RouteRow): string {
  return `failed ${count(failuresOf(row))} of ${plural(row.count, 'request')} (${percent(row.errorRate)}) ${LATELY}.`
}

/** With those that were given up: nobody was answered then, either. */
export function failuresOf({ errors, timeouts }: RouteRow): number {
  return errors + timeouts
}

/** Few of each route. */
function ofFailures({ errorRate, rate }: Snapshot['http']): readonly Finding[] {
  const failures = ((errorRate ?? 0) / 100) * rate * 60
  if (errorRate === null || errorRate < MIN_OVERALL_PERCENT || failures < MIN_FAILURES) return []
  return [
    {
      ...ofRequests('failures', 'errors'),
      title: 'Failing requests',
      text: `${percent(errorRate)} failed in the last minute.`,
    },
  ]
}

function ofLongWait({ oldest, inFlight }: Snapshot['http']): readonly Finding[] {
  if (oldest === null || oldest.age < LONG_WAIT) return []
  return [
    {
      ...ofRequests('long wait', 'in-flight'),
      title: 'Long wait',
      text: `${plural(inFlight, 'request')} in flight, the oldest for ${longDuration(oldest.age)}.`,
    },
  ]
}

/** Something about requests that no route is named for. */
function ofRequests(id: string, view: Place['view']): Omit<Finding, 'title' | 'text'> {
  return {
    id,
    level: 'warn',
    route: null,
    routeText: null,
    metric: null,
    isRecorded: false,
    charts: null,
    requests: { ...NO_FILTER, selection: null, route: null, view },
  }
}

function ofFailingRoute(row: RouteRow): Finding {
  const base = ofRequests(`route ${row.method} ${row.route}`, 'errors')
  return {
    ...base,
    title: 'Failing route',
    text: '',
    route: row,
    routeText: failureText(row),
    requests: { ...base.requests, route: { method: row.method, pattern: row.route } },
  }
}

/** At most two, the most failures first: the table below has them all. */
function failing(rows: readonly RouteRow[]): readonly RouteRow[] {
  return rows
    .filter((row) => failuresOf(row) >= MIN_FAILURES && row.errorRate >= MIN_FAILURE_PERCENT)
    .toSorted((a, b) => failuresOf(b) - failuresOf(a))
    .slice(0, 2)
}

/**
 * The route that has most to do with an alert. None where that is not known: the route that takes
 * most time may only wait, and is then no cause of a blocked loop or of a full memory.
 */
function culprit(metric: string, rows: readonly RouteRow[]): RouteRow | null {
  if (metric === 'error_rate') return mostFailing(rows)
  return LATENCY_METRICS.has(metric) ? costliest(rows) : null
}

function mostFailing(rows: readonly RouteRow[]): RouteRow | null {
  const [first] = rows.toSorted((a, b) => failuresOf(b) - failuresOf(a))
  return first !== undefined && failuresOf(first) > 0 ? first : null
}

function costliest(rows: readonly RouteRow[]): RouteRow | null {
  const [first] = rows.toSorted((a, b) => b.share - a.share)
  return first !== undefined && first.share > 0 ? first : null
}
