import { clock } from '../clock.ts'
import type { LimitFigures, Limits } from '../limits.ts'
import { bucketIndex } from '../metrics/histogram.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import type { Profiler } from '../profiler/profiler.ts'
import { endFinished } from './finished-requests.ts'
import { HttpStatistics } from './http-statistics.ts'
import { REQUEST_METRICS, type RouteEntry } from './route-entry.ts'
import { RecentRequests } from './recent-requests.ts'
import { RequestLog } from './request-log.ts'
import { RouteTable } from './route-table.ts'

/** Requests that are counted together at the latest. */
const BATCH = 64

const EXPIRY_INTERVAL_MS = 60_000

// Below the first bucket's meaning: a clock that stood still took no time that can be measured.
const LEAST_SECONDS = 1e-9

/** The caps that the books keep to. */
export type BookLimit = 'maxRoutes' | 'maxExamples' | 'maxRecent' | 'maxSlowest'

/**
 * Where the requests that have ended are entered: under their route, in the totals, in the log.
 *
 * They are only noted, among the recent ones, and counted together by the next tick or reader, or
 * when there are enough. Together they share what the processor has at hand then; one alone, between
 * two requests of the app, would have to fetch all of it anew.
 */
export class RequestBooks {
  readonly #routes: RouteTable
  readonly #recent: RecentRequests
  readonly #log: RequestLog
  readonly #statistics = new HttpStatistics(clock.now())
  readonly #profiler: Profiler
  readonly #limits: Limits
  readonly #batch: number
  /** How many of the recent ones are counted. */
  #settled = 0
  #expiryMs = 0
  #failures = 0

  /** @param slowMs Requests that took less are never among the slowest. */
  constructor(store: MetricStore, profiler: Profiler, limits: Limits, slowMs: number) {
    this.#profiler = profiler
    this.#limits = limits
    this.#routes = new RouteTable(limits, store, (name) => profiler.operation(name))
    this.#recent = new RecentRequests(limits.maxRecent, profiler.sanitizer)
    this.#log = new RequestLog(this.#recent, limits, slowMs)
    this.#batch = Math.min(BATCH, limits.maxRecent)
    store.beforeReading(() => this.read())
    // However many names the app has used before: in `(other)` five metrics would be one.
    for (const name of REQUEST_METRICS) store.reserve(name)
  }

  /** Failures inside mtaio while requests were entered. */
  get failures(): number {
    return this.#failures
  }

  get routes(): RouteTable {
    this.read()
    return this.#routes
  }

  get log(): RequestLog {
    this.read()
    return this.#log
  }

  get statistics(): HttpStatistics {
    this.read()
    return this.#statistics
  }

  /** What the caps of the books hold and cut. */
  get limitFigures(): Readonly<Record<BookLimit, LimitFigures>> {
    const { maxRoutes, maxRecent, maxSlowest } = this.#limits
    const { routes } = this
    const { limit, used, cut } = routes.examples
    const { recent, slowest } = this.#log
    return {
      maxRoutes: { limit: maxRoutes, used: routes.size, cut: routes.cut },
      maxExamples: { limit, used, cut },
      maxRecent: { limit: maxRecent, used: recent.size, cut: recent.dropped },
      maxSlowest: { limit: maxSlowest, used: slowest.size, cut: slowest.dropped },
    }
  }

  /** The figures of a method and a route. */
  entry(method: string, route: string): RouteEntry {
    return this.#routes.entry(method, route)
  }

  /** Whether a request that took so long may be among the slowest. */
  isSlow(durationMs: number, nowMs: number): boolean {
    return this.#log.slowest.wants(durationMs, nowMs)
  }

  /** Where the next request that has ended is added. Counts those before it when they are enough. */
  room(): RecentRequests {
    if (this.#recent.count - this.#settled >= this.#batch) this.settle()
    return this.#recent
  }

  /** What a tick has to do: counts what was noted, lets go of old examples. */
  tick(nowMs: number): void {
    this.read()
    if (nowMs < this.#expiryMs) return
    this.#expiryMs = nowMs + EXPIRY_INTERVAL_MS
    for (const { examples } of this.#routes) examples.expire(nowMs)
  }

  /** Counts all that have ended. For who reads. */
  read(): void {
    endFinished()
    this.settle()
  }

  /** Counts what was noted. Costs nothing when nothing was. */
  settle(): void {
    // A field of its own for where it is: an alert that a request sets off may have somebody read in
    // the middle, who settles the rest.
    while (this.#settled < this.#recent.count) {
      try {
        this.#count(this.#recent.placeOf(this.#settled++))
      } catch {
        this.#failures++
      }
    }
  }

  #count(place: number): void {
    const recent = this.#recent
    const entry = recent.entryAt(place)
    const endMs = recent.endAt(place)
    const durationMs = endMs - recent.startAt(place)
    const seconds = Math.max(durationMs / 1000, LEAST_SECONDS)
    const index = bucketIndex(seconds)
    const status = recent.statusAt(place)
    const trace = recent.givenTraceAt(place)
    // First, since an alert that is set off below may have its handler end requests, in this place too.
    if (trace?.streaming !== true && entry.examples.wants(durationMs, endMs)) {
      entry.examples.add(durationMs, recent.traceAt(place), endMs)
    }
    entry.operation.memoryTotal += recent.memoryDeltaAt(place)
    this.#profiler.countRoot(recent.startAt(place), endMs)
    if (trace === null) {
      entry.answered(status, index, seconds, endMs)
      this.#statistics.answered(index, seconds, endMs)
    } else {
      entry.record(trace, index, seconds, endMs)
      this.#statistics.record(trace, index, seconds, endMs)
      if (trace.spans !== null) this.#profiler.keepRoot(trace)
      this.#log.add(trace, durationMs, endMs)
    }
  }
}
