import type { ServerResponse } from 'node:http'
import { clock } from '../clock.ts'
import type { LimitFigures, Limits } from '../limits.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import type { ResourceMonitor } from '../monitor/resource-monitor.ts'
import { memoryAt } from '../profiler/memory-meter.ts'
import type { Profiler } from '../profiler/profiler.ts'
import type { Sanitizer } from '../profiler/sanitizer.ts'
import type { ScopeCarrier } from '../profiler/scope-carrier.ts'
import { endWaiting } from './finished-requests.ts'
import type { HttpAdapter, HttpRequest, HttpResponse } from './http-adapter.ts'
import type { HttpFigures, Outcome } from './http-figures.ts'
import { ignoreRule, type IgnoreOption } from './ignore-rule.ts'
import { InFlight } from './in-flight.ts'
import { lifecycleOf } from './message-state.ts'
import { followEvents, leaveEvents } from './request-events.ts'
import type { HttpStatistics } from './http-statistics.ts'
import { RequestBooks, type BookLimit } from './request-books.ts'
import { RequestLifecycle, type LifecycleOwner } from './request-lifecycle.ts'
import type { RequestEnd, RequestTrace } from './request-trace.ts'
import type { RequestLog } from './request-log.ts'
import { pathOf } from './request-path.ts'
import { UNMATCHED, type RouteTable } from './route-table.ts'
import { markStreaming } from './streaming.ts'
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
  readonly inFlight: InFlight = new InFlight(this)
  readonly #books: RequestBooks
  readonly sanitizer: Sanitizer
  readonly keepsPaths: boolean
  readonly #profiler: Profiler
  readonly #context: ScopeCarrier
  readonly #store: MetricStore
  readonly #ignored: ((req: HttpRequest) => boolean) | null
  readonly #maxAgeMs: number
  readonly #maxInFlight: number
  #evicted = 0
  #failures = 0
  /** Requests up to the last tick. */
  #served = 0

  constructor(monitor: FigureHost, profiler: Profiler, options: HttpRecorderOptions) {
    const { limits } = options
    this.#profiler = profiler
    this.keepsPaths = options.keepPaths
    this.sanitizer = profiler.sanitizer
    this.#context = profiler.context
    this.#ignored = ignoreRule(options.ignore)
    this.#maxAgeMs = options.maxAge * 1000
    this.#maxInFlight = limits.maxInFlight
    this.#store = monitor.metricStore
    this.#books = new RequestBooks(this.#store, profiler, limits, options.slowRequest * 1000)
    profiler.includeRoots(() => [
      ...Array.from(this.inFlight, ({ trace }) => trace),
      ...this.log.recent,
    ])
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
    return {
      ...this.#books.limitFigures,
      maxInFlight: { limit: this.#maxInFlight, used: this.inFlight.size, cut: this.#evicted },
    }
  }

  /**
   * Calls the handler of a request that has come in, and follows the request to its end. What the
   * handler traces becomes a part of the request. Called once per request by the adapter.
   *
   * @param subject What the framework makes of the request; `adapter.route` gets it.
   * @returns what `fn` returns.
   */
  follow<R, Subject = undefined>(
    req: HttpRequest,
    res: HttpResponse,
    adapter: HttpAdapter<Subject>,
    fn: () => R,
    subject?: Subject,
  ): R {
    const lifecycle = this.begin(req, res, adapter, subject)
    return lifecycle === null || !this.#context.use.armed ? fn() : lifecycle.run(fn)
  }

  /**
   * A request has come in. What {@link follow} does first, for who runs the handler by itself.
   *
   * @returns null when the request is not watched: it is ignored, a change of protocol, or watched
   *   by this instance already.
   */
  begin(
    req: HttpRequest,
    res: HttpResponse,
    adapter: HttpAdapter,
    subject?: unknown,
  ): RequestLifecycle | null {
    try {
      endWaiting()
      const watch = SocketWatch.of(res)
      const other = watch === null ? lifecycleOf(res) : watch.find((res as ServerResponse).req)
      if (
        // A change of protocol has no response whose time could be told.
        (req as { upgrade?: boolean }).upgrade === true ||
        (other !== null && this.#isAmong(other)) ||
        (this.#ignored !== null && this.#isIgnored(req))
      ) {
        return null
      }
      const nowMs = clock.now()
      const lifecycle = new RequestLifecycle(
        this,
        adapter,
        subject,
        req,
        res,
        nowMs,
        memoryAt(nowMs),
      )
      watchEnd(lifecycle, req, res, watch, other)
      if (this.inFlight.add(lifecycle) > this.#maxInFlight) this.#evict()
      return lifecycle
    } catch {
      this.#failures++
      return null
    }
  }

  pathOf(req: HttpRequest): string {
    return this.#store.cut(pathOf(req))
  }

  get entersContext(): boolean {
    return this.#context.use.armed
  }

  runInside<R>(
    lifecycle: RequestLifecycle,
    fn: (...args: never[]) => R,
    thisArg: unknown,
    args: readonly unknown[],
  ): R {
    const { trace } = lifecycle
    const result = this.#profiler.runIn(trace, fn, thisArg, args) as R
    // It has a scope where one was entered, and the request was not answered at once.
    if (this.#context.followsEvents && trace.scope !== null && lifecycle.req !== null) {
      followEvents(lifecycle.req)
    }
    return result
  }

  record(
    request: RequestLifecycle,
    req: HttpRequest,
    outcome: Outcome,
    status: number,
    endMs: number,
  ): void {
    this.inFlight.remove(request)
    try {
      const entry = this.#books.entry(req.method ?? 'GET', request.route ?? UNMATCHED)
      const memoryEnd = memoryAt(endMs)
      const isSlow = this.#books.isSlow(endMs - request.startMs, endMs)
      const isPlain = outcome === 'ok' && !isSlow && !request.streaming && !this.keepsPaths
      if (request.record !== null || !isPlain) {
        this.#complete(request.trace, req, { entry, outcome, status, endMs, memoryEnd }, isSlow)
      }
      this.#books.room().add(request, entry, status, endMs, memoryEnd)
      // An alert on failures does not wait.
      if (outcome !== 'ok') this.#books.settle()
    } catch {
      this.#failures++
    }
  }

  forget(request: RequestLifecycle): void {
    this.inFlight.remove(request)
    const nowMs = clock.now()
    request.record?.close(nowMs, memoryAt(nowMs))
  }

  /** What a tick has to do: counts, marks what streams, gives up what is too old. */
  tick(nowMs: number): void {
    this.#books.tick(nowMs)
    const { requests } = this.statistics
    this.#context.use.relax(requests - this.#served)
    this.#served = requests
    if (this.#context.followsEvents && !this.#context.use.armed) leaveEvents()
    SocketWatch.sweep()
    for (const lifecycle of this.inFlight) {
      try {
        markStreaming(lifecycle, nowMs)
      } catch {
        // What an app has put in the place of its messages may throw.
        this.#failures++
      }
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
              id: oldest.trace.id,
              method: oldest.method,
              route: oldest.route,
              age: (nowMs - oldest.startMs) / 1000,
            },
    }
  }

  /** Ends the record of a request that has one. */
  #complete(trace: RequestTrace, req: HttpRequest, end: RequestEnd, isSlow: boolean): void {
    const { streaming } = trace
    trace.end(end)
    // Reading the headers makes Node build them, so only where someone will look at it.
    if (trace.hasFailed || trace.spans !== null || (isSlow && !streaming)) {
      trace.traceId = traceIdOf(req.headers['traceparent'])
    }
  }

  /** To look for the oldest takes time, so some are taken at once. */
  #evict(): void {
    if (this.inFlight.size <= this.#maxInFlight) return
    const count = Math.ceil(this.#maxInFlight / 100)
    for (const request of [...this.inFlight].slice(0, count)) {
      this.#evicted++
      request.evict()
    }
  }

  /** Whether this instance has one of the lifecycles of a response. */
  #isAmong(lifecycles: RequestLifecycle): boolean {
    for (let each: RequestLifecycle | null = lifecycles; each !== null; each = each.sameResponse) {
      if (each.owner === this) return true
    }
    return false
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
    monitor.addFigure('http_rate', (nowMs, isTick) => this.statistics.interval(nowMs, isTick).rate)
    monitor.addFigure(
      'http_errors',
      (nowMs, isTick) => this.statistics.interval(nowMs, isTick).errors,
    )
    monitor.addFigure(
      'http_aborted',
      (nowMs, isTick) => this.statistics.interval(nowMs, isTick).aborted,
    )
    monitor.addFigure('error_rate', (nowMs) => this.statistics.errorRate(nowMs))
    monitor.addFigure('response_time', (nowMs) => this.statistics.responseTime(nowMs))
    monitor.addFigure('http_p50', (nowMs, isTick) => this.statistics.interval(nowMs, isTick).p50)
    monitor.addFigure('http_p95', (nowMs, isTick) => this.statistics.interval(nowMs, isTick).p95)
    monitor.addFigure('http_p99', (nowMs, isTick) => this.statistics.interval(nowMs, isTick).p99)
    monitor.addFigure('http_in_flight', () => this.inFlight.size)
    monitor.onTick((nowMs) => this.tick(nowMs))
  }
}
