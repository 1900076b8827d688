import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { IntervalHistogram } from 'node:perf_hooks'
import type { RuntimeStats } from './system-stats.ts'

type Delay = RuntimeStats['eventLoopDelay']

/** A timer comes round this often to see how late it is; shorter blocks can fall in between. */
const PERIOD_MS = 20

/** Rounds in a second, each of which makes the loop turn. */
export const ROUNDS_PER_SECOND: number = 1000 / PERIOD_MS

/**
 * Measures how late a timer of Node's own comes, in C++. Its cost does not grow with the turns of
 * the loop; yet a round wakes a loop that sleeps, which costs far more than a sample does.
 */
export class LatenessTimer {
  #histogram: IntervalHistogram | null = null

  /** Not referenced: it does not keep the process alive. Idempotent. */
  start(): void {
    if (this.#histogram !== null) return
    this.#histogram = monitorEventLoopDelay({ resolution: PERIOD_MS })
    this.#histogram.enable()
  }

  /** Idempotent. */
  stop(): void {
    this.#histogram?.disable()
    this.#histogram = null
  }

  /** The delay since the previous call; `null` when no round was measured. */
  read(): Delay {
    const histogram = this.#histogram
    // An empty histogram has a minimum of 9.2e18 and a mean of NaN.
    if (histogram === null || histogram.count === 0) return { p50: null, p99: null, max: null }
    const delay = {
      p50: lateness(histogram.percentile(50)),
      p99: lateness(histogram.percentile(99)),
      max: lateness(histogram.max),
    }
    // The moment of the last round is kept: a block that is going on now is in the next interval.
    histogram.reset()
    return delay
  }
}

/** Node records the time from round to round, period included. Only what is over it is delay. */
function lateness(betweenRoundsNs: number): number {
  return Math.max(0, betweenRoundsNs / 1e9 - PERIOD_MS / 1000)
}
