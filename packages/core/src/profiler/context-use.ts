/** After how many requests without any call of a profiler scopes are no longer entered. */
const IDLE_REQUESTS = 1000

const isProduction = process.env['NODE_ENV'] === 'production'

/**
 * Whether anybody may read in which scope the code runs. To enter one costs every request its record
 * and, on Node 20 and 22, makes every `await` of the process slower. So scopes are entered for good
 * from the first use of a profiler, and before that for some 1,000 requests: the first ones of the
 * process, or, in production, the first ones after the app has asked for a profiler. A process that
 * only counts requests is spared it.
 */
export class ContextUse {
  /** Whether scopes are entered. */
  armed: boolean = !isProduction
  /** Whether the app has asked for a profiler, or may do so without being heard. */
  #offered = !isProduction
  /** How many requests have been served while scopes were entered and nobody used them. */
  #idle = 0
  /** Whether a profiler was ever used. */
  #used = false
  readonly #onIdle: () => void

  /** @param onIdle Called when scopes are no longer entered. */
  constructor(onIdle: () => void = () => {}) {
    this.#onIdle = onIdle
  }

  /** A profiler is used: scopes are entered from now on, for good. */
  arm(): void {
    this.#used = true
    this.armed = true
  }

  /** A profiler is asked for: it may be used soon. */
  offer(): void {
    if (this.#offered) return
    this.#offered = true
    this.#idle = 0
    this.armed = true
  }

  /**
   * Stops the entering of scopes when no profiler is used. Called by the tick.
   *
   * @param served How many requests have been served since the caller's last tick.
   */
  relax(served: number): void {
    if (this.#used || !this.armed) return
    this.#idle += served
    if (this.#idle < IDLE_REQUESTS) return
    this.armed = false
    this.#onIdle()
  }
}
