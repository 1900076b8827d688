import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { IntervalHistogram } from 'node:perf_hooks'
import { clock } from '../../clock.ts'
import type { Exposition } from './exposition.ts'

const RESOLUTION_MS = 20
/** Servers that scrape right after one another, as a pair of them does, are told the same. */
const LEAST_MS = 500
/** For so long the first scrape waits: some turns of the timer. */
const FIRST_MS = 5 * RESOLUTION_MS
// Taken once, so that fake timers in the app's tests do not hold up a scrape.
const nextTurn = setImmediate
const setTimer = setTimeout

/** Each in seconds. */
const FIGURES: readonly (readonly [
  name: string,
  help: string,
  read: (delay: IntervalHistogram) => number,
])[] = [
  ['min', 'The minimum recorded event loop delay.', ({ min }) => lag(min)],
  ['max', 'The maximum recorded event loop delay.', ({ max }) => lag(max)],
  ['mean', 'The mean of the recorded event loop delays.', ({ mean }) => lag(mean)],
  [
    'stddev',
    'The standard deviation of the recorded event loop delays.',
    ({ stddev }) => stddev / 1e9,
  ],
  [
    'p50',
    'The 50th percentile of the recorded event loop delays.',
    (delay) => lag(delay.percentile(50)),
  ],
  [
    'p90',
    'The 90th percentile of the recorded event loop delays.',
    (delay) => lag(delay.percentile(90)),
  ],
  [
    'p99',
    'The 99th percentile of the recorded event loop delays.',
    (delay) => lag(delay.percentile(99)),
  ],
]

/**
 * Event-loop lag under prom-client's names. It is measured from one scrape to the next, and only
 * from the first scrape on, which waits a moment for it: where nobody scrapes no timer runs.
 */
export class LoopLag {
  #delay: IntervalHistogram | null = null
  /** What was measured last, as `FIGURES` has it. */
  #values: readonly number[] = []
  #readMs = -Infinity
  #isRunning = false

  start(): void {
    this.#isRunning = true
  }

  stop(): void {
    this.#isRunning = false
    this.#delay?.disable()
    this.#delay = null
    this.#values = []
  }

  async write(out: Exposition): Promise<void> {
    const began = clock.now()
    await new Promise((resolve) => nextTurn(resolve))
    const turn = (clock.now() - began) / 1000
    if (this.#isRunning && this.#delay === null) await this.#begin()
    this.#measure(clock.now())
    out.family('nodejs_eventloop_lag_seconds', 'gauge', 'Lag of event loop in seconds.').value(turn)
    for (const [i, [name, help]] of FIGURES.entries()) {
      out.family(`nodejs_eventloop_lag_${name}_seconds`, 'gauge', help).value(this.#values[i])
    }
  }

  async #begin(): Promise<void> {
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    this.#delay.enable()
    await new Promise((resolve) => setTimer(resolve, FIRST_MS))
  }

  #measure(nowMs: number): void {
    const delay = this.#delay
    // An empty histogram has a minimum of 9.2e18 and a mean of NaN.
    if (delay === null || delay.count === 0) return
    if (this.#values.length > 0 && nowMs - this.#readMs < LEAST_MS) return
    this.#values = FIGURES.map(([, , read]) => read(delay))
    this.#readMs = nowMs
    delay.reset()
  }
}

/** Node records the whole way from one turn of its timer to the next, the period included. */
function lag(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000)
}
