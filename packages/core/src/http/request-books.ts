import { clock } from '../clock.ts'
import type { LimitFigures, Limits } from '../limits.ts'
import { bucketIndex } from '../metrics/histogram.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import type { Profiler } from '../profiler/profiler.ts'
import { HttpStatistics } from './http-statistics.ts'
import type { RouteEntry } from './route-entry.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'
import { RequestLog } from './request-log.ts'
import { RouteTable, UNMATCHED } from './route-table.ts'

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
 * One that was answered is only noted in two arrays, and counted with others by the next tick or
 * reader, or when there are enough. Together they share what the processor has at hand then; one
 * alone, between two requests of the app, would have to fetch all of it anew.
 */
export class RequestBooks {
  readonly #routes: RouteTable
  readonly #log: RequestLog
  readonly #statistics = new HttpStatistics(clock.now())
  readonly #profiler: Profiler
  readonly #limits: Limits
  readonly #entries: RouteEntry[] = []
  /** Of each that was noted the status, the start and the end, in monotonic milliseconds. */
  readonly #figures = new Float64Array(3 * BATCH)
  #noted = 0
  #settled = 0
  #expiryMs = 0
  #failures = 0

  /** @param slowMs Requests that took less are never among the slowest. */
  constructor(store: MetricStore, profiler: Profiler, limits: Limits, slowMs: number) {
    this.#profiler = profiler
    this.#limits = limits
    this.#routes = new RouteTable(limits, store, (name) => profiler.operation(name))
    this.#log = new RequestLog(limits, slowMs)
    store.beforeReading(() => this.settle())
  }

  /** Failures inside mtaio while requests were entered. */
  get failures(): number {
    return this.#failures
  }

  get routes(): RouteTable {
    this.settle()
    return this.#routes
  }

  get log(): RequestLog {
    this.settle()
    return this.#log
  }

  get statistics(): HttpStatistics {
    this.settle()
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

  /**
   * Enters a request that has ended.
   *
   * @returns whether somebody will look at it: it failed, was slow, or has spans.
   */
  add(request: RequestLifecycle, endMs: number): boolean {
    const { startMs, memoryDelta } = request
    const entry = this.#routes.entry(request.name, request.route ?? UNMATCHED)
    request.counted(entry)
    if (memoryDelta !== 0) entry.operation.memoryTotal += memoryDelta
    if (!request.streaming) entry.examples.add(endMs - startMs, request, endMs)
    if (request.outcome === 'ok' && !request.streaming)
      this.#note(entry, request.status, startMs, endMs)
    else this.#count(entry, request, endMs)
    this.#profiler.countRoot(request)
    return this.#log.add(request, endMs - startMs, endMs) || request.spans !== null
  }

  /** What a tick has to do: counts what was noted, lets go of old examples. */
  tick(nowMs: number): void {
    this.settle()
    if (nowMs < this.#expiryMs) return
    this.#expiryMs = nowMs + EXPIRY_INTERVAL_MS
    for (const { examples } of this.#routes) examples.expire(nowMs)
  }

  /** Counts what was noted. Costs nothing when nothing was. */
  settle(): void {
    // A field of its own for where it is: an alert that a request sets off may have somebody read in
    // the middle, who settles the rest.
    while (this.#settled < this.#noted) {
      const at = this.#settled++
      try {
        const status = this.#figures[3 * at]!
        const endMs = this.#figures[3 * at + 2]!
        const seconds = secondsBetween(this.#figures[3 * at + 1]!, endMs)
        const index = bucketIndex(seconds)
        this.#entries[at]!.answered(status, index, seconds, endMs)
        this.#statistics.answered(index, seconds, endMs)
      } catch {
        this.#failures++
      }
    }
    this.#settled = this.#noted = 0
  }

  #note(entry: RouteEntry, status: number, startMs: number, endMs: number): void {
    if (this.#noted === BATCH) this.settle()
    const at = this.#noted++
    this.#entries[at] = entry
    this.#figures[3 * at] = status
    this.#figures[3 * at + 1] = startMs
    this.#figures[3 * at + 2] = endMs
  }

  #count(entry: RouteEntry, request: RequestLifecycle, endMs: number): void {
    const seconds = secondsBetween(request.startMs, endMs)
    const index = bucketIndex(seconds)
    entry.record(request, index, seconds, endMs)
    this.#statistics.record(request, index, seconds, endMs)
  }
}

function secondsBetween(startMs: number, endMs: number): number {
  return Math.max((endMs - startMs) / 1000, LEAST_SECONDS)
}
