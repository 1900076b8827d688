import { setTimeout as sleep } from 'node:timers/promises'
import type { ResourceMonitor } from '@mtaio/core'

/**
 * A task that goes on beside the requests, and tells the monitor how it is doing. Its queue grows
 * and is worked off in waves, so that its threshold fires and clears.
 */
export async function runBackgroundTask(
  monitor: ResourceMonitor,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  while (!signal.aborted) {
    const seconds = (performance.now() - startedAt) / 1000
    const wave = (1 + Math.sin(seconds / 8)) / 2
    await monitor.recordMetrics({
      task_memory: 200 + 900 * wave,
      task_queue: Math.round(40 * wave),
    })
    await sleep(1000, undefined, { signal }).catch(() => {})
  }
}
