import { clock } from '../clock.ts'

// Taken once: fake timers in an app's tests must not hold up an answer.
const nextTurn = setImmediate

/** Time that a rendering keeps the event loop, in ms: with a garbage collection on top still below 5. */
const SLICE_MS = 1

/**
 * Lets the app's own work in between the pieces of a long rendering.
 *
 * @example
 * const pacer = new Pacer()
 * for (const series of all) {
 *   write(series)
 *   if (pacer.isDue) await pacer.pause()
 * }
 */
export class Pacer {
  #since = clock.now()

  get isDue(): boolean {
    return clock.now() - this.#since >= SLICE_MS
  }

  async pause(): Promise<void> {
    await new Promise((resolve) => nextTurn(resolve))
    this.#since = clock.now()
  }
}
