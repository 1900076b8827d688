import { clearInterval, setInterval } from 'node:timers'

// Taken when this file is loaded, see tick-timer.ts.
const setTimer = setInterval
const clearTimer = clearInterval

/** The longest that a timer can wait; it is never meant to come. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Keeps the process alive until what somebody awaits is there. Threads and timers of mtaio do not:
 * a script that awaits its figures at the top would end in the middle of it, with exit code 13.
 */
export async function keepAlive<T>(awaited: Promise<T>): Promise<T> {
  const timer = setTimer(() => {}, LONGEST_MS)
  try {
    return await awaited
  } finally {
    clearTimer(timer)
  }
}
