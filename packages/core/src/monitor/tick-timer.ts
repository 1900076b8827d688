import { AsyncResource } from 'node:async_hooks'
import { clearTimeout, setTimeout } from 'node:timers'
import { clock } from '../clock.ts'

// Taken when this file is loaded: the fake timers of an app's tests would stop the sampling.
const setTimer = setTimeout
const clearTimer = clearTimeout

/**
 * A timer and a promise keep the async context in which they were made. Ticks belong to no request, and
 * must not keep alive the trace of the one that happened to start the monitor.
 */
export const outside: AsyncResource = new AsyncResource('mtaio.tick', {
  requireManualDestroy: true,
})

/**
 * Calls back once an interval without drift: the times due lie on a fixed grid, and a tick that
 * comes late does not move the next one. Ticks missed while the process was blocked are left out.
 * The timer never keeps the process alive.
 */
export class TickTimer {
  readonly #intervalMs: number
  readonly #onTick: (dueMs: number) => void
  #timer: NodeJS.Timeout | null = null
  #dueMs = 0

  /** @param onTick Gets the time on the grid that was due, not the time of the call. */
  constructor(intervalMs: number, onTick: (dueMs: number) => void) {
    this.#intervalMs = intervalMs
    this.#onTick = onTick
  }

  /** The first tick is one interval from `nowMs`. */
  start(nowMs: number): void {
    this.stop()
    this.#dueMs = nowMs + this.#intervalMs
    this.#set()
  }

  stop(): void {
    if (this.#timer !== null) clearTimer(this.#timer)
    this.#timer = null
  }

  #set(): void {
    // Rounded up, since Node cuts off fractions and the tick would come too early.
    const delayMs = Math.max(0, Math.ceil(this.#dueMs - clock.now()))
    this.#timer = outside.runInAsyncScope(() => setTimer(() => this.#tick(), delayMs))
    this.#timer.unref()
  }

  #tick(): void {
    const missed = Math.max(0, Math.floor((clock.now() - this.#dueMs) / this.#intervalMs))
    const dueMs = this.#dueMs + missed * this.#intervalMs
    this.#dueMs = dueMs + this.#intervalMs
    this.#set()
    this.#onTick(dueMs)
  }
}
