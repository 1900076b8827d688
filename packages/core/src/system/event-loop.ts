import { performance } from 'node:perf_hooks'
import type { EventLoopUtilization } from 'node:perf_hooks'
import { LEAST_SPAN_MS } from './least-span.ts'
import { LatenessTimer, ROUNDS_PER_SECOND } from './lateness-timer.ts'
import type { RuntimeStats } from './system-stats.ts'
import { QUIET_TURNS_PER_SECOND, TurnWatch } from './turn-watch.ts'

type EventLoopFigures = Pick<RuntimeStats, 'eventLoopUtilization' | 'eventLoopDelay'>

const UNKNOWN: EventLoopFigures = {
  eventLoopUtilization: null,
  eventLoopDelay: { p50: null, p99: null, max: null },
}

/**
 * Measures how busy and how late the event loop is, per interval. A loop that turns seldom is
 * watched turn by turn, one that turns often by a timer: each is cheap where the other is not.
 */
export class EventLoopMeter {
  readonly #timer = new LatenessTimer()
  readonly #watch = new TurnWatch(() => this.#timer.start())
  #utilization: EventLoopUtilization | null = null
  #turns = 0

  /** Begins the first interval. Idempotent. */
  start(): void {
    if (this.#utilization !== null) return
    this.#utilization = performance.eventLoopUtilization()
    this.#turns = countTurns()
    this.#watch.start()
  }

  /** Idempotent. */
  stop(): void {
    this.#watch.stop()
    this.#timer.stop()
    this.#utilization = null
  }

  /**
   * The figures since the previous call or since the start; begins the next interval. All are `null`
   * over less than {@link LEAST_SPAN_MS}, and the interval goes on.
   */
  read(): EventLoopFigures {
    const previous = this.#utilization
    if (previous === null) return UNKNOWN
    const current = performance.eventLoopUtilization()
    const turns = countTurns()
    const active = current.active - previous.active
    // Both times stay at 0 until the loop has begun to turn.
    const elapsed = active + current.idle - previous.idle
    if (elapsed < LEAST_SPAN_MS) return UNKNOWN
    const figures = {
      eventLoopUtilization: Math.min(100, Math.max(0, (active / elapsed) * 100)),
      eventLoopDelay: this.#readDelay(),
    }
    this.#chooseFor((turns - this.#turns) / (elapsed / 1000))
    this.#utilization = current
    this.#turns = turns
    return figures
  }

  /** An interval in which the loop became busy was measured by both, each a part of it. */
  #readDelay(): RuntimeStats['eventLoopDelay'] {
    const watched = this.#watch.read()
    const timed = this.#timer.read()
    return {
      p50: larger(watched.p50, timed.p50),
      p99: larger(watched.p99, timed.p99),
      max: larger(watched.max, timed.max),
    }
  }

  /** The way back: at half of the rate that leads to the timer, so that they do not alternate. */
  #chooseFor(turnsPerSecond: number): void {
    if (this.#watch.isRunning || turnsPerSecond > QUIET_TURNS_PER_SECOND / 2 + ROUNDS_PER_SECOND) {
      return
    }
    this.#timer.stop()
    this.#watch.start()
  }
}

function countTurns(): number {
  return performance.nodeTiming.uvMetricsInfo.loopCount
}

function larger(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.max(one, other)
}
