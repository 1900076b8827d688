import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { IntervalHistogram } from 'node:perf_hooks'
import type { RuntimeStats } from './system-stats.ts'
import { waitExceededBy } from './wait-exceeded.ts'

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
    const elapsedMs = (histogram.mean * histogram.count) / 1e6
    const { lengths, counts } = blocks(histogram)
    const delay = {
      p50: waitExceededBy(0.5 * elapsedMs, lengths, counts) / 1000,
      p99: waitExceededBy(0.01 * elapsedMs, lengths, counts) / 1000,
      max: lateness(histogram.max) / 1000,
    }
    // The moment of the last round is kept: a block that is going on now is in the next interval.
    histogram.reset()
    return delay
  }
}

/**
 * By how much rounds were late, in milliseconds, the latest first, and how many each time. A
 * percentile of rounds would not do: of 150 rounds in 3 s one of 500 ms is above the 99th. What is
 * asked is how long moments wait, as the other watch does.
 *
 * Node gives the lengths at 50, 75, 87.5 … 100 % of the rounds. The longest ones are told apart, and
 * of those between two steps each is taken to be as long as the longest.
 */
function blocks(histogram: IntervalHistogram): { lengths: number[]; counts: number[] } {
  const lengths: number[] = []
  const counts: number[] = []
  let longer = histogram.count
  for (const [percent, betweenRoundsNs] of histogram.percentiles) {
    const above = Math.floor(histogram.count * (1 - percent / 100))
    if (above >= longer) continue
    lengths.unshift(lateness(betweenRoundsNs))
    counts.unshift(longer - above)
    longer = above
  }
  return { lengths, counts }
}

/** Milliseconds. Node records the time from round to round; only what is over the period is delay. */
function lateness(betweenRoundsNs: number): number {
  return Math.max(0, betweenRoundsNs / 1e6 - PERIOD_MS)
}
