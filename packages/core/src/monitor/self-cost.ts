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

  /** All failures together. */
  get failures(): number {
    return this.failedSamples + this.failedInside + this.failedHandlers
  }

  /** Milliseconds spent since the start. */
  get totalMs(): number {
    return this.#spent.totalSum
  }

  /** Adds milliseconds that the app's thread spent on mtaio outside of requests. */
  spend(ms: number, nowMs: number): void {
    this.#spent.record(Math.max(0, ms), nowMs)
  }

  /** Percent of one core over the last minute, or since this was made if that is less. */
  cpuPercent(nowMs: number): number {
    const spanMs = WindowedHistogram.windowSpan(60, nowMs, this.#sinceMs) * 1000
    return spanMs > 0 ? Math.min(100, (this.#spent.windowSum(60, nowMs) / spanMs) * 100) : 0
  }
}
