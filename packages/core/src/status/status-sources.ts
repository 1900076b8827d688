import type { HttpStatistics } from '../http/http-statistics.ts'
import type { InFlight } from '../http/in-flight.ts'
import type { RequestLog } from '../http/request-log.ts'
import type { RouteTable } from '../http/route-table.ts'
import type { MetricStore } from '../metrics/metric-store.ts'
import type { SelfCost } from '../monitor/self-cost.ts'
import type { Profile } from '../profiler/profile.ts'
import type { RuntimeStats, SystemStats } from '../system/system-stats.ts'
import type {
  AlertDocument,
  HistoryDocument,
  HostFacts,
  HttpFigures,
  LimitFigures,
  ThresholdDocument,
} from './api-types.ts'

/** What status reads of the monitor. */
export interface MonitorReader {
  /** Seconds between two samples. */
  readonly interval: number
  readonly isRunning: boolean
  /** Milliseconds since the last sample, or since the start; null when it does not run. */
  readonly sampleAgeMs: number | null
  readonly metricStore: MetricStore
  /** The last sample; null before the first. */
  readonly latest: { readonly stats: SystemStats; readonly runtime: RuntimeStats } | null
  getCurrentStats(): Promise<SystemStats>
  runtimeStats(): RuntimeStats
  hostFacts(): Promise<HostFacts | null>
  readonly history: {
    columns(range: { readonly startMs: number }): HistoryDocument
    /** Null before the first sample. */
    lastRow(): Readonly<Record<string, number | null>> | null
  }
  readonly alerts: {
    firing(): readonly AlertDocument[]
    past(): readonly AlertDocument[]
    thresholds(): readonly ThresholdDocument[]
  }
}

/** What status reads of the profiler; `reset` is the one thing that it can be told. */
export interface ProfilerReader {
  getProfile(): Profile
  reset(): void
}

/** What status reads of the requests. */
export interface HttpReader {
  figures(nowMs: number): HttpFigures
  readonly routes: RouteTable
  readonly statistics: Pick<HttpStatistics, 'sinceMs'>
  readonly log: RequestLog
  readonly inFlight: InFlight
}

/** What the rooms say about themselves. */
export interface SelfReader {
  /** Of every cap but those of status. */
  limits(): Readonly<Record<string, LimitFigures>>
  traces(): { readonly kept: number; readonly dropped: number }
  readonly cost: Pick<SelfCost, 'cpuPercent' | 'measure'>
  failures(): number
  skippedCalls(): number
}

/** All that status reads. It writes none of it; requests that it answers it lets go of. */
export interface StatusSources {
  readonly monitor: MonitorReader
  readonly profiler: ProfilerReader
  readonly http: HttpReader
  readonly self: SelfReader
}
