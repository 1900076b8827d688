import type { Figure } from '../charts/figure.ts'
import { snapshot } from '../state/live.ts'

export const RATE: Figure = {
  id: 'rate',
  title: 'Requests',
  hint: 'requests that ended, per second',
  unit: 'req/s',
  lines: [{ column: 'http_rate', label: 'req/s', colour: 'blue', fill: true }],
}

export const ERRORS: Figure = {
  id: 'errors',
  title: 'Errors',
  hint: 'share of the requests of the last minute that failed',
  unit: 'percent',
  lines: [{ column: 'error_rate', label: 'failed', colour: 'red', fill: true }],
  metric: 'error_rate',
}

export const LATENCY: Figure = {
  id: 'latency',
  title: 'Response time',
  hint:
    'percentiles of the response time in each interval, on a logarithmic scale; ' +
    'a threshold is compared with the p95 of the last minute',
  unit: 'seconds',
  logarithmic: true,
  lead: 1,
  lines: [
    { column: 'http_p99', label: 'p99', colour: 'amber', width: 1, peak: true },
    { column: 'http_p95', label: 'p95', colour: 'blue', peak: true },
    { column: 'http_p50', label: 'p50', colour: 'green', peak: true },
  ],
  metric: 'response_time',
}

export const IN_FLIGHT: Figure = {
  id: 'in-flight',
  title: 'In flight',
  hint: 'requests that were begun and not yet ended',
  unit: 'number',
  whole: true,
  lines: [{ column: 'http_in_flight', label: 'in flight', colour: 'blue', fill: true, peak: true }],
}

export const CPU: Figure = {
  id: 'cpu',
  title: 'CPU',
  hint: 'busy share of the CPU that this process may use',
  unit: 'percent',
  top: 100,
  lines: [{ column: 'cpu_usage', label: 'busy', colour: 'blue', fill: true }],
  metric: 'cpu_usage',
}

export const LOOP_USE: Figure = {
  id: 'loop-use',
  title: 'Loop utilization',
  hint: 'event-loop utilization: the share of time in which the loop was not idle',
  unit: 'percent',
  top: 100,
  lines: [{ column: 'event_loop_utilization', label: 'busy', colour: 'blue', fill: true }],
  metric: 'event_loop_utilization',
}

export const LOOP_DELAY: Figure = {
  id: 'loop-delay',
  title: 'Loop delay',
  hint: 'how late the loop came to what was due: 99th percentile of each interval',
  unit: 'seconds',
  lines: [{ column: 'event_loop_delay', label: 'p99', colour: 'amber', fill: true, peak: true }],
  metric: 'event_loop_delay',
}

export const GC: Figure = {
  id: 'gc',
  title: 'GC',
  hint: 'share of time spent in garbage collection',
  unit: 'percent',
  lines: [
    {
      column: 'gc_time',
      label: 'in GC',
      colour: 'violet',
      fill: true,
      perSecond: true,
      times: 100,
    },
  ],
}

export const HEAP: Figure = {
  id: 'heap',
  title: 'Heap',
  hint: 'JavaScript heap in use, and reserved for it',
  unit: 'bytes',
  lines: [
    { column: 'heap_used', label: 'used', colour: 'blue', fill: true },
    { column: 'heap_total', label: 'reserved', colour: 'faint', width: 1 },
  ],
  metric: 'heap_usage',
  fromMetric: (threshold) => {
    const limit = snapshot.peek()?.runtime.heap.limit
    return limit === undefined ? null : (limit * threshold) / 100
  },
}

export const RSS: Figure = {
  id: 'rss',
  title: 'RSS',
  hint: 'memory of this process that is in RAM (RSS)',
  unit: 'bytes',
  lines: [
    { column: 'rss', label: 'resident', colour: 'blue', fill: true },
    { column: 'external', label: 'buffers', colour: 'faint', width: 1 },
  ],
}

export const MEMORY: Figure = {
  id: 'memory',
  title: 'Memory',
  hint: 'memory in use, in percent of the limit that applies (container or machine)',
  unit: 'percent',
  top: 100,
  lines: [{ column: 'memory_usage', label: 'in use', colour: 'blue', fill: true }],
  metric: 'memory_usage',
}

export const DISK: Figure = {
  id: 'disk',
  title: 'Disk',
  hint: 'bytes written to and read from disks, per second',
  unit: 'bytes/s',
  lines: [
    { column: 'disk_write_bytes', label: 'written', colour: 'blue', fill: true, perSecond: true },
    { column: 'disk_read_bytes', label: 'read', colour: 'green', perSecond: true },
  ],
}

const OF_METRICS: readonly Figure[] = [ERRORS, LATENCY, CPU, LOOP_USE, LOOP_DELAY, HEAP, MEMORY]

/** Cards that tell of a metric beside that of their chart. */
const BESIDE: Readonly<Record<string, Figure>> = {
  load_average: CPU,
  thread_count: LOOP_USE,
  request_duration: LATENCY,
  request_error: ERRORS,
}

/** The figure that tells of a metric; null when none does. */
export function figureOf(metric: string | null): Figure | null {
  if (metric === null) return null
  const figure = OF_METRICS.find((one) => one.metric === metric)
  return figure ?? (Object.hasOwn(BESIDE, metric) ? (BESIDE[metric] ?? null) : null)
}

/** The id of the card of a figure. */
export function cardId({ id }: Figure): string {
  return `figure-${id}`
}
