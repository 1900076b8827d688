import { performance } from 'node:perf_hooks'
import { clearImmediate, setImmediate } from 'node:timers'
import type { RuntimeStats } from './system-stats.ts'
import { waitExceededBy } from './wait-exceeded.ts'

type Delay = RuntimeStats['eventLoopDelay']

/** More turns a second than this, and watching each would cost more than a timer does. */
export const QUIET_TURNS_PER_SECOND = 300

/** A shorter turn keeps nobody waiting for long enough to be shown. */
const SHORT_MS = 1

/** Far above what a quiet loop fills in any usual interval. */
const MAX_LONG_TURNS = 10_000

/**
 * Measures every turn of the event loop while the loop turns seldom.
 *
 * It stands in the queue of immediates without being referenced: it is called at the end of each
 * turn that happens anyway, and never wakes the loop. So an idle process stays asleep, and no
 * block is too short or falls between two looks.
 *
 * The figures are those of somebody who comes at a random moment: the share of moments at which
 * one would wait longer than x for the turn to end. One block of 500 ms in a second is a p99 of
 * 490 ms, however many short turns there were.
 */
export class TurnWatch {
  readonly #onBusy: () => void
  #immediate: NodeJS.Immediate | null = null
  #longTurns: number[] = []
  #longest = 0
  #turns = 0
  #activeMs = 0
  #sinceMs = 0

  /** `onBusy` is called when the loop turns too often; the watch has ended itself then. */
  constructor(onBusy: () => void) {
    this.#onBusy = onBusy
  }

  get isRunning(): boolean {
    return this.#immediate !== null
  }

  /** Idempotent. */
  start(): void {
    if (this.#immediate !== null) return
    const { active, idle } = performance.eventLoopUtilization()
    this.#activeMs = active
    this.#begin(active + idle)
    this.#rearm()
  }

  /** What was measured can still be read. Idempotent. */
  stop(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate)
    this.#immediate = null
  }

  /**
   * The delay since the previous call, `null` when no turn was watched. The turn that is going on
   * counts as far as it has come.
   */
  read(): Delay {
    const { active, idle } = performance.eventLoopUtilization()
    if (this.isRunning) this.#record(active)
    const delay = this.#delay(active + idle - this.#sinceMs)
    this.#begin(active + idle)
    return delay
  }

  #delay(elapsedMs: number): Delay {
    if (this.#turns === 0 || elapsedMs <= 0) return { p50: null, p99: null, max: null }
    const longestFirst = this.#longTurns.sort((one, other) => other - one)
    return {
      p50: waitExceededBy(0.5 * elapsedMs, longestFirst) / 1000,
      p99: waitExceededBy(0.01 * elapsedMs, longestFirst) / 1000,
      max: this.#longest / 1000,
    }
  }

  #begin(nowMs: number): void {
    this.#longTurns = []
    this.#longest = 0
    this.#turns = 0
    this.#sinceMs = nowMs
  }

  #rearm(): void {
    this.#immediate = setImmediate(this.#onTurn).unref()
  }

  readonly #onTurn = (): void => {
    const { active, idle } = performance.eventLoopUtilization()
    this.#record(active)
    const seconds = Math.max(1, (active + idle - this.#sinceMs) / 1000)
    if (this.#turns > QUIET_TURNS_PER_SECOND * seconds || this.#longTurns.length > MAX_LONG_TURNS) {
      this.stop()
      this.#onBusy()
    } else {
      this.#rearm()
    }
  }

  /** Time that the loop spent waiting is in neither figure. */
  #record(activeMs: number): void {
    const turn = activeMs - this.#activeMs
    this.#activeMs = activeMs
    this.#turns += 1
    if (turn > this.#longest) this.#longest = turn
    if (turn >= SHORT_MS) this.#longTurns.push(turn)
  }
}
