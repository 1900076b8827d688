import type { MetricSeries, MetricStore } from '../metrics/metric-store.ts'
import { WindowedHistogram } from '../metrics/sliding-window.ts'
import type { OperationStats } from '../profiler/operation-stats.ts'
import { ExampleRequests, type ExampleBudget } from './example-requests.ts'
import type { RequestTrace } from './request-trace.ts'

/**
 * What is recorded of a request, as metrics with the labels `method`, `route` and `status`:
 * seconds, but for `request_error`, which is 1. A request that was answered is in
 * `request_duration`, or in `request_stream` when its response streamed, and also in
 * `request_error` when it failed. One that was not is in `request_aborted` or `request_timeout`.
 */
export const REQUEST_METRICS = [
  'request_duration',
  'request_stream',
  'request_error',
  'request_aborted',
  'request_timeout',
] as const

export type RequestMetric = (typeof REQUEST_METRICS)[number]

const NAMES: ReadonlySet<string> = new Set(REQUEST_METRICS)

/** Whether a series is one of those that the requests of a route are counted in. */
export function isOfRequests({ name, labels }: MetricSeries): boolean {
  return NAMES.has(name) && 'method' in labels && 'route' in labels && 'status' in labels
}

/** The figures of one method and route pattern. */
export class RouteEntry {
  readonly method: string
  readonly route: string
  /** `GET /users/:id` */
  readonly name: string
  /** The operation of the profiler that the requests are counted as; has this name unless there are too many. */
  readonly operation: OperationStats
  readonly examples: ExampleRequests
  readonly #store: MetricStore
  readonly #statuses = new Map<number, StatusSeries>()
  // Most routes answer most requests with one status.
  #latest: StatusSeries

  constructor(
    method: string,
    route: string,
    store: MetricStore,
    operation: (name: string) => OperationStats,
    examples: ExampleBudget,
  ) {
    this.examples = new ExampleRequests(examples)
    this.method = method
    this.route = route
    this.name = `${method} ${route}`
    this.operation = operation(this.name)
    this.#store = store
    this.#latest = this.#add(200)
  }

  /**
   * Counts a request that was answered, and did not stream: nearly all.
   *
   * @param index `bucketIndex(seconds)`
   * @param seconds Above 0.
   */
  answered(status: number, index: number, seconds: number, nowMs: number): void {
    this.#of(status).duration.recordAt(index, seconds, nowMs)
    this.operation.record(index, seconds, false)
  }

  /** Counts any other. */
  record(request: RequestTrace, index: number, seconds: number, nowMs: number): void {
    const { status, outcome, streaming } = request
    const series = this.#of(status)
    if (outcome === 'aborted') {
      series.of('request_aborted').recordAt(index, seconds, nowMs)
    } else if (outcome === 'timeout') {
      series.of('request_timeout').recordAt(index, seconds, nowMs)
    } else {
      if (outcome === 'error') series.of('request_error').record(1, nowMs)
      if (streaming) series.of('request_stream').recordAt(index, seconds, nowMs)
      else series.duration.recordAt(index, seconds, nowMs)
    }
    this.operation.record(index, seconds, outcome === 'error' || outcome === 'timeout')
  }

  /** The distributions of one metric, one for each status. */
  *series(metric: RequestMetric): Generator<WindowedHistogram, void, undefined> {
    for (const series of this.#statuses.values()) {
      const recorded = series.get(metric)
      if (recorded !== undefined) yield recorded.values
    }
  }

  #of(status: number): StatusSeries {
    if (this.#latest.status === status) return this.#latest
    return (this.#latest = this.#statuses.get(status) ?? this.#add(status))
  }

  #add(status: number): StatusSeries {
    const series = new StatusSeries(this.#store, this.method, this.route, status)
    this.#statuses.set(status, series)
    return series
  }
}

/** The series of one route and status, each made when it is first needed. */
class StatusSeries {
  readonly status: number
  readonly #store: MetricStore
  readonly #labels: { readonly method: string; readonly route: string; readonly status: string }
  readonly #rare = new Map<RequestMetric, RecordedSeries>()
  #duration: RecordedSeries | undefined = undefined

  constructor(store: MetricStore, method: string, route: string, status: number) {
    this.#store = store
    this.status = status
    this.#labels = { method, route, status: String(status) }
  }

  get duration(): RecordedSeries {
    return (this.#duration ??= this.#make('request_duration'))
  }

  of(metric: Exclude<RequestMetric, 'request_duration'>): RecordedSeries {
    let series = this.#rare.get(metric)
    if (series === undefined) this.#rare.set(metric, (series = this.#make(metric)))
    return series
  }

  get(metric: RequestMetric): RecordedSeries | undefined {
    return metric === 'request_duration' ? this.#duration : this.#rare.get(metric)
  }

  #make(metric: RequestMetric): RecordedSeries {
    return new RecordedSeries(this.#store.series(metric, this.#labels), this.#labels.status)
  }
}

/**
 * A series of the store, looked up once. Over the store's cap many routes share one series; then
 * this keeps the figures of its own route beside it.
 */
class RecordedSeries {
  readonly values: WindowedHistogram
  readonly #series: MetricSeries
  readonly #isShared: boolean

  /** @param status Never `(other)`, as a route may be. */
  constructor(series: MetricSeries, status: string) {
    this.#series = series
    this.#isShared = series.labels['status'] !== status
    this.values = this.#isShared ? new WindowedHistogram() : series.values
  }

  recordAt(index: number, value: number, nowMs: number): void {
    this.#series.recordAt(index, value, nowMs)
    if (this.#isShared) this.values.recordAt(index, value, nowMs)
  }

  record(value: number, nowMs: number): void {
    this.#series.record(value, nowMs)
    if (this.#isShared) this.values.record(value, nowMs)
  }
}
