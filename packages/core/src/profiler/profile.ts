import { OperationStats } from './operation-stats.ts'
import type { ProfileTrace } from './profile-trace.ts'

/** Figures of one operation or of all. Durations are seconds, sizes bytes. */
export interface ProfileMetrics {
  readonly callCount: number
  /** Calls that threw or rejected. */
  readonly errorCount: number
  readonly totalTime: number
  /** 0 when there was no call; `minTime` and `maxTime` likewise. */
  readonly avgTime: number
  readonly minTime: number
  readonly maxTime: number
  /** Sum of the changes of memory over all calls. */
  readonly memoryTotal: number
  readonly memoryAvg: number
  /** Durations that this percentage of calls did not exceed; `null` when there was no call. */
  readonly percentiles: {
    readonly 50: number | null
    readonly 90: number | null
    readonly 95: number | null
    readonly 99: number | null
  }
}

/**
 * What a profiler has seen since the start or the last reset.
 *
 * @example
 * const profile = profiler.getProfile()
 * console.log(`${profile.totalTime.toFixed(2)} s in ${profile.getMetrics().callCount} calls`)
 */
export class Profile {
  /** When it begins, in seconds since the epoch. */
  readonly startTime: number
  /** Seconds spent in root traces, those that are still open until now. */
  readonly totalTime: number
  /** The operations that were called, by name. */
  readonly operations: ReadonlyMap<string, OperationStats>
  readonly #roots: readonly ProfileTrace[]
  #traces: readonly ProfileTrace[] | null = null

  constructor(
    startTime: number,
    totalTime: number,
    roots: readonly ProfileTrace[],
    operations: ReadonlyMap<string, OperationStats>,
  ) {
    this.startTime = startTime
    this.totalTime = totalTime
    this.operations = operations
    this.#roots = roots
  }

  /**
   * The traces that are kept, and those that are open: each root in the order in which they began,
   * followed by the spans below it.
   */
  get traces(): readonly ProfileTrace[] {
    return (this.#traces ??= this.#roots
      .toSorted((a, b) => a.startMs - b.startMs)
      .flatMap((root) => [root, ...(root.spans ?? [])]))
  }

  /**
   * The figures of one operation, or of all together. They cover every call that has ended, also
   * those whose traces are not kept any more.
   */
  getMetrics(name?: string): ProfileMetrics {
    if (name !== undefined) return metricsOf(this.operations.get(name) ?? new OperationStats(name))
    const all = new OperationStats('(all)')
    for (const operation of this.operations.values()) all.add(operation)
    return metricsOf(all)
  }

  toJSON(): {
    startTime: number
    totalTime: number
    metrics: Record<string, ProfileMetrics>
    traces: readonly ProfileTrace[]
  } {
    const { startTime, totalTime, traces } = this
    const metrics = Object.fromEntries(
      Array.from(this.operations, ([name, operation]) => [name, metricsOf(operation)]),
    )
    return { startTime, totalTime, metrics, traces }
  }
}

/** The figures of an operation. */
export function metricsOf({ histogram, errorCount, memoryTotal }: OperationStats): ProfileMetrics {
  const callCount = histogram.count
  return {
    callCount,
    errorCount,
    totalTime: histogram.sum,
    avgTime: histogram.mean ?? 0,
    minTime: histogram.min ?? 0,
    maxTime: histogram.max ?? 0,
    memoryTotal,
    memoryAvg: callCount === 0 ? 0 : memoryTotal / callCount,
    percentiles: {
      50: histogram.quantile(0.5),
      90: histogram.quantile(0.9),
      95: histogram.quantile(0.95),
      99: histogram.quantile(0.99),
    },
  }
}
