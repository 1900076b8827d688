// Taken once: fake timers of an app's tests may replace them.
const { nextTick } = process
const { queueMicrotask } = globalThis

/**
 * Calls `fn` when the code that runs now has returned to the event loop or to the queue of
 * microtasks, before anything that this code schedules. May call it twice.
 */
export function afterThisSegment(fn: () => void): void {
  // After a callback of the event loop ticks come before microtasks, after a microtask they do not.
  nextTick(fn)
  queueMicrotask(fn)
}
