import { clock } from '../clock.ts'
import type { RequestTrace } from '../http/request-trace.ts'
import type { WindowSeconds } from '../metrics/sliding-window.ts'
import { toChromeTrace } from '../profiler/chrome-trace.ts'
import type {
  AlertsDocument,
  HistoryDocument,
  MetricRow,
  ProfileDocument,
  RequestDocument,
  RequestsDocument,
  RouteHistogramDocument,
  RouteRow,
  Snapshot,
} from './api-types.ts'
import { metricRows } from './metric-rows.ts'
import { ownSeries } from './own-series.ts'
import { Pacer } from './pacer.ts'
import { profileDocument } from './profile-document.ts'
import type { ExportFormat, ProfileExport } from './profile-export.ts'
import { requestDocument, requestSummary, routeOf } from './request-documents.ts'
import type { ResultLimit } from './result-limit.ts'
import { latencyOf, routeRows } from './route-rows.ts'
import type { Snapshots } from './snapshot.ts'
import type { StatusSources } from './status-sources.ts'

/** Which requests are wanted. */
export interface RequestFilter {
  readonly view: RequestsDocument['view']
  readonly route: string | null
  readonly method: string | null
  /** `500` or `5xx`. */
  readonly status: string | null
  /** Epoch seconds of the time in which they ran; null: no matter when. */
  readonly from: number | null
  readonly to: number | null
  readonly limit: number
}

/** The documents of the API, made when they are asked for. */
export class ApiReader {
  readonly #sources: StatusSources
  readonly #snapshots: Snapshots
  readonly #results: ResultLimit
  readonly #export: ProfileExport

  constructor(
    sources: StatusSources,
    snapshots: Snapshots,
    results: ResultLimit,
    profileExport: ProfileExport,
  ) {
    this.#sources = sources
    this.#snapshots = snapshots
    this.#results = results
    this.#export = profileExport
  }

  /** The most rows that may be asked for. */
  get maxResults(): number {
    return this.#results.max
  }

  snapshot(): Promise<Snapshot> {
    return this.#snapshots.snapshot()
  }

  history(seconds: number): HistoryDocument {
    return this.#sources.monitor.history.columns({ startMs: clock.now() - seconds * 1000 })
  }

  async routes(window: WindowSeconds | null): Promise<readonly RouteRow[]> {
    const { routes, statistics } = this.#sources.http
    const rows = await routeRows(routes, window, statistics.sinceMs, clock.now(), new Pacer())
    return this.#results.cut(rows)
  }

  /** Null when no such route has been counted. */
  routeHistogram(
    method: string,
    route: string,
    window: WindowSeconds | null,
  ): RouteHistogramDocument | null {
    const entry = this.#sources.http.routes.find(method, route)
    if (entry === undefined) return null
    const latency = latencyOf(entry, window, clock.now())
    return {
      method,
      route,
      count: latency.count,
      buckets: [...latency.buckets()],
      examples: Array.from(entry.examples, requestSummary),
    }
  }

  requests(filter: RequestFilter): RequestsDocument {
    const { view, from, to } = filter
    const all = from === null && to === null ? this.#view(view) : this.#keptFor(view)
    const found = all.filter((request) => fits(request, filter))
    // Fewer rows than there may be are what was asked for, and no cut.
    const wanted = filter.limit < this.maxResults ? found.slice(0, filter.limit) : found
    const requests = this.#results.cut(wanted).map(requestSummary)
    return { view: filter.view, total: all.length, requests }
  }

  request(id: string): RequestDocument | null {
    const request = this.#find(id)
    return request === null ? null : requestDocument(request)
  }

  /** One request in Chrome's trace event format. */
  exportRequest(id: string): string | null {
    const request = this.#find(id)
    if (request === null) return null
    return JSON.stringify(toChromeTrace([request, ...(request.spans ?? [])]))
  }

  metrics(window: WindowSeconds | null): Promise<readonly MetricRow[]> {
    const series = this.#results.cut(
      [...ownSeries(this.#sources.monitor.metricStore)].flatMap(([, recorded]) => recorded),
    )
    return metricRows(series, window, clock.now(), new Pacer())
  }

  profile(): ProfileDocument {
    const document = profileDocument(this.#sources.profiler.getProfile())
    return { ...document, operations: this.#results.cut(document.operations) }
  }

  exportProfile(format: ExportFormat): Promise<readonly Uint8Array[]> {
    return this.#export.render(format)
  }

  resetProfile(): void {
    this.#sources.profiler.reset()
  }

  alerts(): AlertsDocument {
    const { alerts } = this.#sources.monitor
    const thresholds = alerts
      .thresholds()
      .map(({ metric, value, hasValue }) => ({ metric, value, hasValue }))
    return {
      firing: this.#results.cut(alerts.firing()),
      past: this.#results.cut(alerts.past()),
      thresholds: this.#results.cut(thresholds),
    }
  }

  #view(view: RequestsDocument['view']): RequestTrace[] {
    const { log, inFlight } = this.#sources.http
    switch (view) {
      case 'recent':
        return [...log.recent].toReversed()
      case 'errors':
        return [...log.errors].toReversed()
      case 'slowest':
        return log.slowest.list(clock.now())
      case 'in-flight':
        return Array.from(inFlight, ({ trace }) => trace)
    }
  }

  /** As {@link #view}, of all that are kept: what a list has let go of, another may still hold. */
  #keptFor(view: RequestsDocument['view']): RequestTrace[] {
    if (view === 'in-flight') return this.#view(view)
    const kept = new Set(this.#kept())
    switch (view) {
      case 'recent':
        return [...kept].toSorted(newestFirst)
      case 'errors':
        return [...kept].filter((request) => request.hasFailed).toSorted(newestFirst)
      case 'slowest':
        return [...kept]
          .filter((request) => !request.streaming)
          .toSorted((a, b) => b.duration - a.duration)
    }
  }

  #find(id: string): RequestTrace | null {
    const { inFlight } = this.#sources.http
    for (const request of this.#kept()) if (request.id === id) return request
    for (const { trace } of inFlight) if (trace.id === id) return trace
    return null
  }

  /** All that have ended and can be looked at: some ten thousand at most, and only when somebody asks. */
  *#kept(): Generator<RequestTrace, void, undefined> {
    const { log, routes } = this.#sources.http
    yield* log.recent
    yield* log.errors
    yield* log.slowest
    for (const { examples } of routes) yield* examples
  }
}

function newestFirst(a: RequestTrace, b: RequestTrace): number {
  return b.endMs - a.endMs
}

function fits(request: RequestTrace, { route, method, status, from, to }: RequestFilter): boolean {
  if (to !== null && request.startTime > to) return false
  if (from !== null && request.startTime + request.duration < from) return false
  if (route !== null && routeOf(request) !== route) return false
  if (method !== null && request.method !== method) return false
  if (status === null) return true
  const code = String(request.status)
  return status.endsWith('xx') ? code[0] === status[0] : code === status
}
