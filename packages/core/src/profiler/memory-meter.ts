import { getHeapStatistics } from 'node:v8'

/** A read takes up to a microsecond, and requests begin and end far more often than memory changes. */
const MAX_AGE_MS = 10

let cached = 0
let readAtMs = -Infinity

/**
 * Bytes in use by JavaScript in the whole process: the used heap plus the memory of buffers and
 * other objects bound to it. Not the resident set: reading that asks the system and costs ten
 * times as much.
 */
export function memoryNow(): number {
  const heap = getHeapStatistics()
  return heap.used_heap_size + heap.external_memory
}

/**
 * Like {@link memoryNow}, but reads at most every ten milliseconds. For what begins and ends with every
 * request.
 *
 * @param nowMs - Monotonic milliseconds, as the caller has read them already.
 */
export function memoryAt(nowMs: number): number {
  if (nowMs - readAtMs >= MAX_AGE_MS) {
    cached = memoryNow()
    readAtMs = nowMs
  }
  return cached
}
