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
    const all = this.#view(filter.view)
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
    const thresholds = alerts.thresholds().map(({ metric, value }) => ({ metric, value }))
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

  /** Reads through all that is kept: some ten thousand at most, and only when somebody asks. */
  #find(id: string): RequestTrace | null {
    const { log, inFlight, routes } = this.#sources.http
    const places: Iterable<RequestTrace>[] = [
      log.recent,
      log.errors,
      log.slowest.list(clock.now()),
      Array.from(inFlight, ({ trace }) => trace),
    ]
    for (const entry of routes) places.push(entry.examples)
    for (const place of places) for (const request of place) if (request.id === id) return request
    return null
  }
}

function fits(request: RequestTrace, { route, method, status }: RequestFilter): boolean {
  if (route !== null && routeOf(request) !== route) return false
  if (method !== null && request.method !== method) return false
  if (status === null) return true
  const code = String(request.status)
  return status.endsWith('xx') ? code[0] === status[0] : code === status
}
