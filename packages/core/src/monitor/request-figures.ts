import { WindowedHistogram } from '../metrics/sliding-window.ts'

const MINUTE = 60

/** The figures of the requests that an app records itself, by their names in thresholds. */
export const REQUEST_FIGURES = ['error_rate', 'response_time'] as const

/** Whether a figure is one of the requests of the last minute. */
export function isRequestFigure(name: string): boolean {
  return (REQUEST_FIGURES as readonly string[]).includes(name)
}

/**
 * What a monitor knows of requests that nobody watches for it: those that are recorded as
 * `request_duration` (seconds) when they went well, and as `request_error` when they failed.
 */
export class RequestFigures {
  readonly #durations = new WindowedHistogram()
  readonly #errors = new WindowedHistogram()

  /** Takes a recorded value of either metric. @returns false for one of any other metric. */
  record(metric: string, value: number, nowMs: number): boolean {
    if (metric === 'request_duration') return this.#durations.record(value, nowMs)
    if (metric === 'request_error') return this.#errors.record(value, nowMs)
    return false
  }

  /** A figure of the last minute; `null` when no request was recorded in it. */
  read(figure: (typeof REQUEST_FIGURES)[number], nowMs: number): number | null {
    // Most monitors are told of no request at all, and this is asked at each tick.
    if (this.#durations.totalCount + this.#errors.totalCount === 0) return null
    return figure === 'error_rate' ? this.#errorRate(nowMs) : this.#responseTime(nowMs)
  }

  /** Percent. A request is either recorded with its duration or as an error. */
  #errorRate(nowMs: number): number | null {
    const errors = this.#errors.windowCount(MINUTE, nowMs)
    const count = this.#durations.windowCount(MINUTE, nowMs) + errors
    return count === 0 ? null : (100 * errors) / count
  }

  /** The 95th percentile, in seconds. */
  #responseTime(nowMs: number): number | null {
    return this.#durations.window(MINUTE, nowMs).quantile(0.95)
  }
}
