import { getHeapStatistics } from 'node:v8'
import type { RuntimeStats } from './system-stats.ts'

type HeapFigures = Pick<RuntimeStats, 'heap' | 'rss' | 'external'>

/** Reads what the process holds in memory now. */
export class HeapMeter {
  read(): HeapFigures {
    // One call for the heap and what hangs on it; process.memoryUsage() would walk more.
    const heap = getHeapStatistics()
    return {
      heap: {
        used: heap.used_heap_size,
        total: heap.total_heap_size,
        limit: heap.heap_size_limit,
      },
      rss: residentSetSize(),
      external: heap.external_memory,
    }
  }
}

/** It throws where the system does not tell, such as in a container without /proc. */
function residentSetSize(): number | null {
  try {
    return process.memoryUsage.rss()
  } catch {
    return null
  }
}
