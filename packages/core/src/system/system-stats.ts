/** Use of the CPU. */
export interface CpuStats {
  /** Busy share of the CPU that this process may use, 0-100; `null` when it is not known yet. */
  readonly usagePercent: number | null
  /** Load average of the host over 1, 5 and 15 minutes; `null` where the system has none. */
  readonly loadAverage: readonly [number, number, number] | null
  /** Operating system threads of this process; `null` where they cannot be counted. */
  readonly threadCount: number | null
}

/** Use of memory, of the limit that applies: the container's when there is one, else the host's. */
export interface MemoryStats {
  /** The limit, in bytes. */
  readonly total: number | null
  /** Bytes that can still be had. */
  readonly available: number | null
  /** Bytes in use. */
  readonly used: number | null
  /** `used` in percent of `total`, 0-100. */
  readonly percent: number | null
}

/** Disk traffic since the previous sample, whole disks only. */
export interface IoStats {
  readonly readBytes: number | null
  readonly writeBytes: number | null
  readonly readCount: number | null
  readonly writeCount: number | null
}

/** What the machine, as far as this process may use it, is doing. A figure not known is `null`. */
export interface SystemStats {
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly cpu: CpuStats
  readonly memory: MemoryStats
  readonly io: IoStats
}

/** What the JavaScript runtime of this process is doing, over the last interval. */
export interface RuntimeStats {
  /** Event-loop utilization, 0-100 %. */
  readonly eventLoopUtilization: number | null
  /** Event-loop delay in seconds; `null` when nothing was measured in the interval. */
  readonly eventLoopDelay: {
    readonly p50: number | null
    readonly p99: number | null
    readonly max: number | null
  }
  /** Garbage collections in the interval, all kinds and by kind; times in seconds. */
  readonly gc: {
    readonly count: number
    readonly time: number
    readonly byKind: Readonly<Record<GcKind, { readonly count: number; readonly time: number }>>
  }
  /** The JavaScript heap, in bytes. */
  readonly heap: { readonly used: number; readonly total: number; readonly limit: number }
  /** Resident set size, in bytes. */
  readonly rss: number | null
  /** Memory of buffers and other objects bound to JavaScript, in bytes. */
  readonly external: number
  /** CPU time of this process, in percent of one core, over the interval. */
  readonly processCpuPercent: number | null
  /** Seconds since the process started. */
  readonly uptime: number
}

export type GcKind = 'minor' | 'major' | 'incremental' | 'weakcb'
