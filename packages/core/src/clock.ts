import { performance } from 'node:perf_hooks'

// Taken once: an app's tests may put fake timers over `performance.now` and `Date.now`, and a
// monitor that reads a frozen clock would wait for ever.
const monotonicNow = performance.now.bind(performance)
const wallNow = Date.now.bind(Date)

/** How far the wall clock may be off before it is followed; below, timestamps stay smooth. */
const MAX_DRIFT_MS = 1000

let offsetMs = performance.timeOrigin

interface Clock {
  /** Monotonic milliseconds since the process started. The only clock read on a request's path. */
  readonly now: () => number
  /** Turns monotonic milliseconds into seconds since the epoch. */
  toEpochSeconds(monotonicMs: number): number
  /** Turns seconds since the epoch into monotonic milliseconds. */
  fromEpochSeconds(epochSeconds: number): number
  /**
   * Follows the wall clock after it was set by hand, by NTP or by a suspended machine. Called once
   * a tick.
   */
  reanchor(): void
}

/**
 * The one clock of mtaio. Everything is recorded in monotonic milliseconds and turned into epoch
 * seconds when it is read, so a wall clock that jumps never makes a duration negative.
 */
export const clock: Clock = {
  now: monotonicNow,
  toEpochSeconds: (monotonicMs) => (offsetMs + monotonicMs) / 1000,
  fromEpochSeconds: (epochSeconds) => epochSeconds * 1000 - offsetMs,
  reanchor: () => {
    const wanted = wallNow() - monotonicNow()
    if (Math.abs(wanted - offsetMs) > MAX_DRIFT_MS) offsetMs = wanted
  },
}
