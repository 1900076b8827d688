import type { LimitFigures, Limits } from '../limits.ts'
import type { Sanitizer } from './sanitizer.ts'

/** The caps that a {@link Profiler} keeps to. */
export type ProfilerLimit =
  | 'maxTraces'
  | 'maxSpansPerTrace'
  | 'maxOpenTraces'
  | 'maxOperations'
  | 'maxMetadataBytes'
  | 'maxErrorLength'
  | 'maxErrorCauses'

/** What something holds, and how often it could not hold more. */
interface Use {
  readonly size: number
  readonly dropped: number
}

/** What a profiler holds. */
interface ProfilerUse {
  readonly traces: Use
  /** Of the largest tree. */
  readonly spans: Use
  readonly open: Use
  readonly operations: Use
}

/** How far each cap of a profiler is used. */
export function profilerLimits(
  limits: Limits,
  sanitizer: Sanitizer,
  { traces, spans, open, operations }: ProfilerUse,
): Record<ProfilerLimit, LimitFigures> {
  const { largestMetadata, metadataCut, longestError, errorsCut, mostCauses, causesCut } = sanitizer
  const figures = (name: ProfilerLimit, { size, dropped }: Use): LimitFigures => ({
    limit: limits[name],
    used: size,
    cut: dropped,
  })
  return {
    maxTraces: figures('maxTraces', traces),
    maxSpansPerTrace: figures('maxSpansPerTrace', spans),
    maxOpenTraces: figures('maxOpenTraces', open),
    maxOperations: figures('maxOperations', operations),
    maxMetadataBytes: figures('maxMetadataBytes', { size: largestMetadata, dropped: metadataCut }),
    maxErrorLength: figures('maxErrorLength', { size: longestError, dropped: errorsCut }),
    maxErrorCauses: figures('maxErrorCauses', { size: mostCauses, dropped: causesCut }),
  }
}
