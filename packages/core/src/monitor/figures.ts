import type { GcKind, RuntimeStats, SystemStats } from '../system/index.ts'

/** A figure by its name in thresholds, in the history and in `getMetric`. */
type Figures<Source> = Readonly<Record<string, (source: Source) => number | null>>

/** The figures of a {@link SystemStats}. */
export const SYSTEM_FIGURES: Figures<SystemStats> = {
  cpu_usage: (stats) => stats.cpu.usagePercent,
  load_average: (stats) => stats.cpu.loadAverage?.[0] ?? null,
  load_average_5: (stats) => stats.cpu.loadAverage?.[1] ?? null,
  load_average_15: (stats) => stats.cpu.loadAverage?.[2] ?? null,
  thread_count: (stats) => stats.cpu.threadCount,
  memory_usage: (stats) => stats.memory.percent,
  memory_used: (stats) => stats.memory.used,
  memory_total: (stats) => stats.memory.total,
  memory_available: (stats) => stats.memory.available,
  disk_read_bytes: (stats) => stats.io.readBytes,
  disk_write_bytes: (stats) => stats.io.writeBytes,
  disk_read_count: (stats) => stats.io.readCount,
  disk_write_count: (stats) => stats.io.writeCount,
}

/** The figures of a {@link RuntimeStats}. */
export const RUNTIME_FIGURES: Figures<RuntimeStats> = {
  event_loop_utilization: (stats) => stats.eventLoopUtilization,
  event_loop_delay: (stats) => stats.eventLoopDelay.p99,
  event_loop_delay_p50: (stats) => stats.eventLoopDelay.p50,
  event_loop_delay_max: (stats) => stats.eventLoopDelay.max,
  gc_count: (stats) => stats.gc.count,
  gc_time: (stats) => stats.gc.time,
  gc_minor_count: (stats) => stats.gc.byKind.minor.count,
  gc_minor_time: (stats) => stats.gc.byKind.minor.time,
  gc_major_count: (stats) => stats.gc.byKind.major.count,
  gc_major_time: (stats) => stats.gc.byKind.major.time,
  gc_incremental_count: (stats) => stats.gc.byKind.incremental.count,
  gc_incremental_time: (stats) => stats.gc.byKind.incremental.time,
  gc_weakcb_count: (stats) => stats.gc.byKind.weakcb.count,
  gc_weakcb_time: (stats) => stats.gc.byKind.weakcb.time,
  heap_used: (stats) => stats.heap.used,
  heap_total: (stats) => stats.heap.total,
  heap_limit: (stats) => stats.heap.limit,
  heap_usage: (stats) => (stats.heap.used / stats.heap.limit) * 100,
  rss: (stats) => stats.rss,
  external: (stats) => stats.external,
  process_cpu: (stats) => stats.processCpuPercent,
  uptime: (stats) => stats.uptime,
}

/** What is known when a source gives nothing: no figure at all. */
export function unknownStats(timestamp: number): SystemStats {
  return {
    timestamp,
    cpu: { usagePercent: null, loadAverage: null, threadCount: null },
    memory: { total: null, available: null, used: null, percent: null },
    io: { readBytes: null, writeBytes: null, readCount: null, writeCount: null },
  }
}

/** The same figures, each of which may be a gap. */
type WithGaps<Figures> = Figures extends number | null
  ? Figures | null
  : { readonly [Name in keyof Figures]: WithGaps<Figures[Name]> }

/** A sample of the history. What could not be read is `null`. */
export interface HistorySample extends SystemStats {
  readonly runtime: WithGaps<RuntimeStats>
}

/** Puts a sample together again from its figures. */
export function sampleFrom(
  timestamp: number,
  figure: (name: string) => number | null,
): HistorySample {
  const load = [
    figure('load_average'),
    figure('load_average_5'),
    figure('load_average_15'),
  ] as const
  const collections = (kind: GcKind) => ({
    count: figure(`gc_${kind}_count`),
    time: figure(`gc_${kind}_time`),
  })
  return {
    timestamp,
    cpu: {
      usagePercent: figure('cpu_usage'),
      loadAverage: load.includes(null) ? null : (load as readonly [number, number, number]),
      threadCount: figure('thread_count'),
    },
    memory: {
      total: figure('memory_total'),
      available: figure('memory_available'),
      used: figure('memory_used'),
      percent: figure('memory_usage'),
    },
    io: {
      readBytes: figure('disk_read_bytes'),
      writeBytes: figure('disk_write_bytes'),
      readCount: figure('disk_read_count'),
      writeCount: figure('disk_write_count'),
    },
    runtime: {
      eventLoopUtilization: figure('event_loop_utilization'),
      eventLoopDelay: {
        p50: figure('event_loop_delay_p50'),
        p99: figure('event_loop_delay'),
        max: figure('event_loop_delay_max'),
      },
      gc: {
        count: figure('gc_count'),
        time: figure('gc_time'),
        byKind: {
          minor: collections('minor'),
          major: collections('major'),
          incremental: collections('incremental'),
          weakcb: collections('weakcb'),
        },
      },
      heap: {
        used: figure('heap_used'),
        total: figure('heap_total'),
        limit: figure('heap_limit'),
      },
      rss: figure('rss'),
      external: figure('external'),
      processCpuPercent: figure('process_cpu'),
      uptime: figure('uptime'),
    },
  }
}
