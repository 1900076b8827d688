import { clock } from '../clock.ts'
import type { LimitFigures, Limits } from '../limits.ts'
import { bucketIndex } from '../metrics/histogram.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import type { Profiler } from '../profiler/profiler.ts'
import { HttpStatistics } from './http-statistics.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'
import { RequestLog } from './request-log.ts'
import { RouteTable, UNMATCHED } from './route-table.ts'

/** Requests that are entered together at the latest. */
const BATCH = 64

// Below the first bucket's meaning: a clock that stood still took no time that can be measured.
const LEAST_SECONDS = 1e-9

/** The caps that the books keep to. */
export type BookLimit = 'maxRoutes' | 'maxRecent' | 'maxSlowest'

/**
 * Where the requests that have ended are entered: under their route, in the totals, in the log.
 *
 * A request that ends is only put on a pile, and who reads has the pile entered first; so does each
 * tick, and a pile that is high enough. Entered together, the requests share what the processor has
 * at hand, which one request alone has to fetch anew each time: that is most of what it costs.
 */
export class RequestBooks {
  readonly #routes: RouteTable
  readonly #log: RequestLog
  readonly #statistics = new HttpStatistics(clock.now())
  readonly #profiler: Profiler
  readonly #limits: Limits
  readonly #pile = new Array<RequestLifecycle | null>(BATCH).fill(null)
  #height = 0
  #isSettling = false
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
    const { recent, slowest } = this.#log
    return {
      maxRoutes: { limit: maxRoutes, used: routes.size, cut: routes.cut },
      maxRecent: { limit: maxRecent, used: recent.size, cut: recent.dropped },
      maxSlowest: { limit: maxSlowest, used: slowest.size, cut: slowest.dropped },
    }
  }

  /** A request has ended; it will be entered. */
  add(request: RequestLifecycle): void {
    this.#pile[this.#height++] = request
    if (this.#height >= BATCH) this.settle()
  }

  /** Whether it is one that somebody will look at: it failed, was slow, or has spans. */
  isOfInterest(request: RequestLifecycle): boolean {
    const { outcome, spans, startMs, endMs } = request
    if (outcome === 'error' || outcome === 'timeout' || spans !== null) return true
    return this.#log.slowest.wants(endMs - startMs, endMs)
  }

  /** Enters what has ended since. Costs nothing when nothing has. */
  settle(): void {
    // An alert that a request sets off may have somebody read in the middle of it.
    if (this.#height === 0 || this.#isSettling) return
    this.#isSettling = true
    const pile = this.#pile
    for (let i = 0; i < this.#height; i++) {
      const request = pile[i]!
      pile[i] = null
      try {
        this.#enter(request)
      } catch {
        this.#failures++
      }
    }
    this.#height = 0
    this.#isSettling = false
  }

  #enter(request: RequestLifecycle): void {
    const { startMs, endMs } = request
    const durationMs = endMs - startMs
    const seconds = Math.max(durationMs / 1000, LEAST_SECONDS)
    const index = bucketIndex(seconds)
    const entry = this.#routes.entry(request.method, request.route ?? UNMATCHED)
    request.counted(entry)
    entry.record(request, index, seconds, endMs)
    this.#statistics.record(request, index, seconds, endMs)
    this.#profiler.countRoot(request)
    this.#log.add(request, durationMs, endMs)
  }
}
