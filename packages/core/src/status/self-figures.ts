import type { LimitFigures, Limits } from '../limits.ts'
import type { SelfFigures } from './api-types.ts'
import type { StatusSources } from './status-sources.ts'
import type { StreamHub } from './stream.ts'

/** What status itself adds to the figures of the other rooms. */
export interface OwnFigures {
  readonly limits: Limits
  readonly stream: StreamHub
  /** Of `maxResults`. */
  readonly results: LimitFigures
  /** Of `maxExportBytes`. */
  readonly exported: LimitFigures
  readonly failures: number
}

/** What all rooms together hold, cut and cost. */
export function selfFigures(
  { self, monitor }: StatusSources,
  { limits, stream, results, exported, failures }: OwnFigures,
  nowMs: number,
): SelfFigures {
  return {
    limits: {
      ...self.limits(),
      maxStreams: { limit: limits.maxStreams, used: stream.viewers, cut: stream.refused },
      maxStreamBuffer: { limit: limits.maxStreamBuffer, used: stream.waiting, cut: stream.dropped },
      maxResults: results,
      maxExportBytes: exported,
    },
    traces: self.traces(),
    series: monitor.metricStore.seriesCount,
    cpuPercent: self.cost.cpuPercent(nowMs),
    refusedValues: monitor.metricStore.refused,
    failures: self.failures() + failures,
    skippedCalls: self.skippedCalls(),
    viewers: stream.viewers,
  }
}
