import { getHeapStatistics } from 'node:v8'

/** A read takes up to a microsecond, and requests begin and end far more often than memory changes. */
const MAX_AGE_MS = 10

let latest = 0
let readAtMs = -Infinity

/**
 * Bytes in use by JavaScript in the whole process: the used heap plus the memory of buffers and
 * other objects bound to it. Not the resident set: reading that asks the system and costs ten
 * times as much.
 *
 * @param nowMs Monotonic milliseconds, as the caller has read them already.
 */
export function memoryNow(nowMs: number): number {
  const heap = getHeapStatistics()
  readAtMs = nowMs
  return (latest = heap.used_heap_size + heap.external_memory)
}

/**
 * Like {@link memoryNow}, but what was read in the last ten milliseconds will do. For what begins and
 * ends with every request.
 */
export function memoryAt(nowMs: number): number {
  return nowMs - readAtMs < MAX_AGE_MS ? latest : memoryNow(nowMs)
}
