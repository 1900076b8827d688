import { clock } from '../clock.ts'
import { WindowedHistogram } from '../metrics/sliding-window.ts'

/** What the renderings cost the app's thread. */
export class RenderCost {
  readonly #sinceMs = clock.now()
  readonly #milliseconds = new WindowedHistogram()

  /** Runs a rendering that does not wait, and counts its time. */
  measure<Result>(render: () => Result): Result {
    const beganMs = clock.now()
    try {
      return render()
    } finally {
      const endedMs = clock.now()
      this.#milliseconds.record(endedMs - beganMs, endedMs)
    }
  }

  /** Percent of one core over the last minute. */
  percent(nowMs: number): number {
    const span = WindowedHistogram.windowSpan(60, nowMs, this.#sinceMs)
    return span > 0 ? (this.#milliseconds.windowSum(60, nowMs) / 1000 / span) * 100 : 0
  }
}
