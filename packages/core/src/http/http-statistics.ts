import { ExponentialHistogram } from '../metrics/histogram.ts'
import { WindowedHistogram } from '../metrics/sliding-window.ts'
import type { LatencyFigures } from './http-figures.ts'
import type { RequestTrace } from './request-trace.ts'

const MINUTE = 60

/** What happened between two ticks. */
export interface IntervalFigures {
  /** Requests that ended, per second. */
  readonly rate: number | null
  readonly errors: number
  readonly aborted: number
  /** Latency in seconds; null when nothing was answered. */
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** The figures of all requests together: since the start, in the last minute, since the last tick. */
export class HttpStatistics {
  /** When counting began, in monotonic milliseconds. */
  readonly sinceMs: number
  requests = 0
  errors = 0
  aborted = 0
  timeouts = 0
  /** Seconds of the requests that were answered and did not stream. */
  readonly #latency = new WindowedHistogram()
  /** The other ones; only their number matters. */
  readonly #others = new WindowedHistogram()
  readonly #failures = new WindowedHistogram()
  readonly #sinceTick = new ExponentialHistogram()
  #errorsAtTick = 0
  #abortedAtTick = 0
  #requestsAtTick = 0
  #tickMs: number
  #interval: IntervalFigures = {
    rate: null,
    errors: 0,
    aborted: 0,
    p50: null,
    p95: null,
    p99: null,
  }

  /** @param sinceMs When counting began. */
  constructor(sinceMs: number) {
    this.sinceMs = sinceMs
    this.#tickMs = sinceMs
  }

  /**
   * Counts a request that was answered, and did not stream: nearly all.
   *
   * @param index `bucketIndex(seconds)`
   */
  answered(index: number, seconds: number, nowMs: number): void {
    this.requests++
    this.#latency.recordAt(index, seconds, nowMs)
    this.#sinceTick.recordAt(index, seconds)
  }

  /** Counts any other. */
  record(request: RequestTrace, index: number, seconds: number, nowMs: number): void {
    const { outcome, streaming } = request
    if (outcome === 'error') this.errors++
    if (outcome === 'error' || outcome === 'timeout') this.#failures.record(1, nowMs)
    if (outcome === 'aborted') this.aborted++
    else if (outcome === 'timeout') this.timeouts++
    else if (!streaming) {
      this.answered(index, seconds, nowMs)
      return
    }
    this.requests++
    this.#others.record(1, nowMs)
  }

  /**
   * The figures of the interval that ended with the last tick.
   *
   * @param isTick The interval ends now; the first of all who ask in a tick ends it.
   */
  interval(nowMs: number, isTick: boolean): IntervalFigures {
    if (!isTick) return this.#interval
    const seconds = (nowMs - this.#tickMs) / 1000
    if (seconds <= 0) return this.#interval
    const latency = this.#sinceTick
    this.#interval = {
      rate: (this.requests - this.#requestsAtTick) / seconds,
      errors: this.errors - this.#errorsAtTick,
      aborted: this.aborted - this.#abortedAtTick,
      p50: latency.quantile(0.5),
      p95: latency.quantile(0.95),
      p99: latency.quantile(0.99),
    }
    latency.reset()
    this.#tickMs = nowMs
    this.#requestsAtTick = this.requests
    this.#errorsAtTick = this.errors
    this.#abortedAtTick = this.aborted
    return this.#interval
  }

  /** Requests per second over the last minute. */
  rate(nowMs: number): number {
    const span = WindowedHistogram.windowSpan(MINUTE, nowMs, this.sinceMs)
    return span > 0 ? this.#lastMinute(nowMs) / span : 0
  }

  /** Percent of the requests of the last minute that failed or were given up; null when there were none. */
  errorRate(nowMs: number): number | null {
    const count = this.#lastMinute(nowMs)
    return count === 0 ? null : (100 * this.#failures.windowCount(MINUTE, nowMs)) / count
  }

  /** Latency of the last minute, in seconds. */
  latency(nowMs: number): LatencyFigures {
    return latencyOf(this.#latency.window(MINUTE, nowMs))
  }

  /** The 95th percentile of the last minute, in seconds; null when nothing was answered. */
  responseTime(nowMs: number): number | null {
    return this.#latency.window(MINUTE, nowMs).quantile(0.95)
  }

  #lastMinute(nowMs: number): number {
    return this.#latency.windowCount(MINUTE, nowMs) + this.#others.windowCount(MINUTE, nowMs)
  }
}

/** The figures that are shown of a distribution of durations. */
function latencyOf(histogram: ExponentialHistogram): LatencyFigures {
  return {
    count: histogram.count,
    mean: histogram.mean,
    p50: histogram.quantile(0.5),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    max: histogram.max,
  }
}
