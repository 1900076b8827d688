import { clock } from '../clock.ts'
import type { LimitFigures, Limits } from '../limits.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import type { ResourceMonitor } from '../monitor/resource-monitor.ts'
import { memoryAt } from '../profiler/memory-meter.ts'
import type { Profiler } from '../profiler/profiler.ts'
import { traceContext } from '../profiler/trace-context.ts'
import type { HttpAdapter, HttpRequest, HttpResponse } from './http-adapter.ts'
import type { HttpFigures } from './http-figures.ts'
import { ignoreRule, type IgnoreOption } from './ignore-rule.ts'
import { InFlight } from './in-flight.ts'
import { lifecycleOf } from './message-state.ts'
import { followEvents } from './request-events.ts'
import type { HttpStatistics } from './http-statistics.ts'
import { RequestBooks, type BookLimit } from './request-books.ts'
import { RequestLifecycle, type LifecycleOwner } from './request-lifecycle.ts'
import type { RequestLog } from './request-log.ts'
import { pathOf } from './request-path.ts'
import type { RouteTable } from './route-table.ts'
import { markStreaming, isStreaming } from './streaming.ts'
import { traceIdOf } from './trace-parent.ts'
import { SocketWatch } from './socket-watch.ts'
import { watchEnd } from './watch-end.ts'

/** What the recorder is told; see the options of `createMtaio`. */
export interface HttpRecorderOptions {
  readonly limits: Limits
  /** Seconds. */
  readonly slowRequest: number
  /** Seconds. */
  readonly maxAge: number
  readonly keepPaths: boolean
  readonly ignore?: IgnoreOption | undefined
}

/** What the recorder needs of the monitor. */
export type FigureHost = Pick<ResourceMonitor, 'metricStore' | 'addFigure' | 'onTick'>

/** Follows the requests of all apps that share one instance of mtaio. */
export class HttpRecorder implements LifecycleOwner {
  readonly inFlight: InFlight = new InFlight()
  readonly #books: RequestBooks
  readonly #profiler: Profiler
  readonly #store: MetricStore
  readonly #options: HttpRecorderOptions
  readonly #ignored: ((req: HttpRequest) => boolean) | null
  readonly #maxAgeMs: number
  #evicted = 0
  #failures = 0

  constructor(monitor: FigureHost, profiler: Profiler, options: HttpRecorderOptions) {
    const { limits } = options
    this.#profiler = profiler
    this.#options = options
    this.#ignored = ignoreRule(options.ignore)
    this.#maxAgeMs = options.maxAge * 1000
    this.#store = monitor.metricStore
    this.#books = new RequestBooks(this.#store, profiler, limits, options.slowRequest * 1000)
    profiler.includeRoots(() => [...this.inFlight, ...this.log.recent])
    this.#register(monitor)
  }

  /** Failures inside mtaio that were caught on the way of a request, or in `ignore`. */
  get failures(): number {
    return this.#failures + this.#books.failures
  }

  /** The figures by method and route pattern. */
  get routes(): RouteTable {
    return this.#books.routes
  }

  /** Requests that have ended and can be looked at. */
  get log(): RequestLog {
    return this.#books.log
  }

  /** The figures of all requests together. */
  get statistics(): HttpStatistics {
    return this.#books.statistics
  }

  /** What the caps of this room hold and cut, by their names. */
  get limitFigures(): Readonly<Record<BookLimit | 'maxInFlight', LimitFigures>> {
    const limit = this.#options.limits.maxInFlight
    return {
      ...this.#books.limitFigures,
      maxInFlight: { limit, used: this.inFlight.size, cut: this.#evicted },
    }
  }

  /**
   * A request has come in. Called once per request by the adapter, before any handler.
   *
   * @returns null when the request is not watched: it is ignored, a change of protocol, or watched
   *   by this instance already.
   */
  begin(req: HttpRequest, res: HttpResponse, adapter: HttpAdapter): RequestLifecycle | null {
    try {
      const watch = SocketWatch.of(req, res)
      const other =
        watch !== null && SocketWatch.leadsTo(req, res) ? watch.find(req) : lifecycleOf(res)
      if (this.#isUnwatched(req, other)) return null
      const nowMs = clock.now()
      const lifecycle = new RequestLifecycle(
        this,
        adapter,
        req,
        res,
        nowMs,
        memoryAt(nowMs),
        this.#profiler.sanitizer,
      )
      watchEnd(lifecycle, req, res, watch, other)
      this.inFlight.add(lifecycle)
      if (this.inFlight.size > this.#options.limits.maxInFlight) {
        this.#evicted++
        this.inFlight.oldest?.evict()
      }
      return lifecycle
    } catch {
      this.#failures++
      return null
    }
  }

  get keepsPaths(): boolean {
    return this.#options.keepPaths
  }

  get entersContext(): boolean {
    return this.#profiler.entersContext
  }

  runInside<R>(
    lifecycle: RequestLifecycle,
    fn: (...args: never[]) => R,
    thisArg: unknown,
    args: readonly unknown[],
  ): R {
    const result = this.#profiler.runIn(lifecycle, fn, thisArg, args) as R
    // It has a scope where one was entered, and the request was not answered at once.
    if (lifecycle.scope !== null && lifecycle.req !== null) followEvents(lifecycle.req, lifecycle)
    return result
  }

  record(lifecycle: RequestLifecycle, req: HttpRequest, res: HttpResponse, endMs: number): void {
    this.inFlight.remove(lifecycle)
    try {
      lifecycle.close(endMs, memoryAt(endMs))
      if (isStreaming(res)) lifecycle.streaming = true
      if (this.#options.keepPaths) lifecycle.path = this.#store.cut(pathOf(req))
      // Reading the headers makes Node build them, so only where someone will look at it.
      if (this.#books.isOfInterest(lifecycle)) {
        lifecycle.traceId = traceIdOf(req.headers['traceparent'])
      }
    } catch {
      this.#failures++
    }
    this.#books.add(lifecycle)
  }

  /** What a tick has to do: marks what streams, gives up what is too old. */
  tick(nowMs: number): void {
    traceContext.relax(this.statistics.requests)
    for (const lifecycle of this.inFlight) {
      markStreaming(lifecycle, nowMs)
      if (!lifecycle.streaming && nowMs - lifecycle.startMs > this.#maxAgeMs) lifecycle.evict()
    }
  }

  figures(nowMs: number): HttpFigures {
    const { statistics, inFlight } = this
    const { oldest } = inFlight
    return {
      inFlight: inFlight.size,
      requests: statistics.requests,
      errors: statistics.errors,
      aborted: statistics.aborted,
      timeouts: statistics.timeouts,
      rate: statistics.rate(nowMs),
      errorRate: statistics.errorRate(nowMs),
      duration: statistics.latency(nowMs),
      oldest:
        oldest === null
          ? null
          : {
              id: oldest.id,
              method: oldest.method,
              route: oldest.route,
              age: (nowMs - oldest.startMs) / 1000,
            },
    }
  }

  /** @param watching The lifecycles of the response, of this instance or of others. */
  #isUnwatched(req: HttpRequest, watching: RequestLifecycle | null): boolean {
    // A change of protocol has no response whose time could be told.
    if ((req as { upgrade?: boolean }).upgrade === true) return true
    for (let other = watching; other !== null; other = other.sameResponse) {
      if (other.owner === this) return true
    }
    return this.#ignored !== null && this.#isIgnored(req)
  }

  #isIgnored(req: HttpRequest): boolean {
    try {
      return this.#ignored?.(req) === true
    } catch {
      this.#failures++
      return false
    }
  }

  #register(monitor: FigureHost): void {
    monitor.addFigure('http_rate', (nowMs) => this.statistics.interval(nowMs).rate)
    monitor.addFigure('http_errors', (nowMs) => this.statistics.interval(nowMs).errors)
    monitor.addFigure('http_aborted', (nowMs) => this.statistics.interval(nowMs).aborted)
    monitor.addFigure('error_rate', (nowMs) => this.statistics.errorRate(nowMs))
    monitor.addFigure('response_time', (nowMs) => this.statistics.responseTime(nowMs))
    monitor.addFigure('http_p50', (nowMs) => this.statistics.interval(nowMs).p50)
    monitor.addFigure('http_p95', (nowMs) => this.statistics.interval(nowMs).p95)
    monitor.addFigure('http_p99', (nowMs) => this.statistics.interval(nowMs).p99)
    monitor.addFigure('http_in_flight', () => this.inFlight.size)
    monitor.onTick((nowMs) => this.tick(nowMs))
  }
}
