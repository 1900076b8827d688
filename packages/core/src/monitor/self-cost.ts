import { clock } from '../clock.ts'
import { WindowedHistogram } from '../metrics/sliding-window.ts'

/** What mtaio itself costs, and what failed inside it. Counters run since it was made. */
export class SelfCost {
  /** Samples of the system that could not be had. */
  failedSamples = 0
  /** Figures, listeners of the tick and other code inside mtaio that threw. */
  failedInside = 0
  /** Alert handlers that threw or rejected. */
  failedHandlers = 0
  /** Calls of alert handlers left out, because an earlier call still ran. */
  skippedCalls = 0
  readonly #spent = new WindowedHistogram()
  readonly #sinceMs = clock.now()
  #isMeasuring = false

  /** All failures together. */
  get failures(): number {
    return this.failedSamples + this.failedInside + this.failedHandlers
  }

  /** Milliseconds spent since the start. */
  get totalMs(): number {
    return this.#spent.totalSum
  }

  /**
   * Runs what takes the app's thread outside of its requests, and adds its time. What is measured
   * inside of it is in it already; what it waits for is not.
   */
  measure<Result>(action: () => Result): Result {
    if (this.#isMeasuring) return action()
    this.#isMeasuring = true
    const beganMs = clock.now()
    try {
      return action()
    } finally {
      this.#isMeasuring = false
      const endedMs = clock.now()
      this.#spent.record(endedMs - beganMs, endedMs)
    }
  }

  /** Percent of one core over the last minute, or since this was made if that is less. */
  cpuPercent(nowMs: number): number {
    const spanMs = WindowedHistogram.windowSpan(60, nowMs, this.#sinceMs) * 1000
    return spanMs > 0 ? Math.min(100, (this.#spent.windowSum(60, nowMs) / spanMs) * 100) : 0
  }
}
