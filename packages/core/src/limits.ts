import { MtaioError } from './errors.ts'
import { isRecord, shown } from './option-value.ts'

interface Limit {
  readonly default: number
  /** What is bounded, and what happens to what falls over. */
  readonly bounds: string
  /** What one more costs in memory, or what the default costs whole. */
  readonly cost: string
}

/**
 * Every cap of mtaio by the name that the option `limits` has. Each is counted when it cuts and
 * shown in the snapshot's `self.limits`. docs/limits.md is checked against this table.
 */
export const LIMITS = {
  maxRoutes: {
    default: 1000,
    bounds: 'Pairs of method and route pattern; further ones are counted as (other).',
    cost: 'about 10 KB a busy route',
  },
  maxMetrics: {
    default: 500,
    bounds: 'Names of metrics; further ones are counted as (other).',
    cost: 'about 2 KB each, with its first series',
  },
  maxSeriesPerMetric: {
    default: 2000,
    bounds: 'Label sets of one metric; further ones are counted as (other).',
    cost: 'about 8 KB a busy series',
  },
  maxSeries: {
    default: 10_000,
    bounds: 'Label sets of all metrics together; further ones are counted as (other).',
    cost: 'about 8 KB a busy series, so 80 MB at most',
  },
  maxLabelLength: {
    default: 256,
    bounds: 'Characters of a name, a route, a label value or a kept path; longer ones are cut.',
    cost: '2 bytes a character',
  },
  maxTraces: {
    default: 1000,
    bounds:
      'Ended root traces kept in a ring, of requests those with spans; the oldest goes first.',
    cost: 'about 0.2 KB each, and its spans',
  },
  maxSpansPerTrace: {
    default: 500,
    bounds: 'Spans below one root trace; further ones are timed but not kept.',
    cost: 'about 0.2 KB each',
  },
  maxOpenTraces: {
    default: 10_000,
    bounds: 'Traces begun and not ended; the oldest is evicted.',
    cost: 'about 0.2 KB each',
  },
  maxOperations: {
    default: 1000,
    bounds: 'Names of profiled operations; further ones are counted as (other).',
    cost: 'about 1.3 KB each',
  },
  maxMetadataBytes: {
    default: 2048,
    bounds: 'Characters of the metadata of one trace, as JSON; what is over is cut.',
    cost: '2 bytes a character',
  },
  maxErrorLength: {
    default: 8192,
    bounds: 'Characters of a message and of a stack that are kept; the rest is cut.',
    cost: '2 bytes a character',
  },
  maxErrorCauses: {
    default: 5,
    bounds:
      'Causes kept with an error, and errors of an AggregateError; the farthest are left out.',
    cost: 'about 1 KB each',
  },
  maxRecent: {
    default: 200,
    bounds: 'Requests kept in the recent list, and in the list of errors, each.',
    cost: 'about 0.1 KB each; 0.5 KB and its spans where it has a record',
  },
  maxSlowest: {
    default: 50,
    bounds: 'Slowest requests kept for each five minutes of the last hour.',
    cost: 'about 0.5 KB each, and its spans',
  },
  maxExamples: {
    default: 1000,
    bounds: 'Requests kept as examples of a latency, of all routes together, for an hour each.',
    cost: 'about 0.5 KB each, and its spans',
  },
  maxInFlight: {
    default: 10_000,
    bounds: 'Requests in flight that are followed; the oldest is ended as timeout.',
    cost: 'about 0.2 KB each; 0.5 KB and its spans where it has a record',
  },
  maxAlerts: {
    default: 200,
    bounds: 'Past alerts kept in a ring; the oldest goes first.',
    cost: 'about 0.3 KB each',
  },
  maxStreams: {
    default: 100,
    bounds: 'Open streams of the page; a further one is answered 503.',
    cost: 'about 20 KB each',
  },
  maxStreamBuffer: {
    default: 1_048_576,
    bounds: 'Bytes that wait for a viewer that does not read; then it is dropped.',
    cost: 'its value, per such viewer',
  },
  maxResults: {
    default: 1000,
    bounds: 'Rows of each list in an answer of the API; a larger `limit` is refused.',
    cost: 'of the answer only',
  },
  maxExportBytes: {
    default: 16_777_216,
    bounds: 'Characters of the traces in an export of the profile; the oldest are left out.',
    cost: 'twice its value, while one is made',
  },
} as const
LIMITS satisfies Record<string, Limit>

/** A cap: its value, how much is used, and how often it cut since the start. */
export interface LimitFigures {
  readonly limit: number
  readonly used: number
  readonly cut: number
}

/** The figures of several rooms. Of a cap that two of them have: the larger use, and all cuts. */
export function joinLimits(
  ...rooms: readonly Readonly<Record<string, LimitFigures>>[]
): Record<string, LimitFigures> {
  const joined: Record<string, LimitFigures> = {}
  for (const [name, figures] of rooms.flatMap((room) => Object.entries(room))) {
    const { limit, used, cut } = figures
    const other = joined[name]
    joined[name] = {
      limit,
      used: Math.max(used, other?.used ?? 0),
      cut: cut + (other?.cut ?? 0),
    }
  }
  return joined
}

/** The caps in force. */
export type Limits = { readonly [Name in keyof typeof LIMITS]: number }

/** Caps as an option, by name; those that are left out have their defaults. */
export type LimitOptions = { readonly [Name in keyof Limits]?: number | undefined }

/**
 * Fills in the defaults.
 *
 * @throws MtaioError `MTAIO_OPTION_UNKNOWN` for a name that is not a limit,
 *   `MTAIO_OPTION_INVALID` for a value that is not a whole number of at least 1, and for `given`
 *   when it is no object.
 */
export function resolveLimits(given: LimitOptions = {}): Limits {
  if (!isRecord(given)) {
    throw new MtaioError(
      'MTAIO_OPTION_INVALID',
      `limits must be an object such as { maxRoutes: 2000 }, not ${shown(given)}.`,
    )
  }
  const limits: Record<string, number> = {}
  for (const [name, limit] of Object.entries(LIMITS)) limits[name] = limit.default
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(LIMITS, name)) {
      throw new MtaioError(
        'MTAIO_OPTION_UNKNOWN',
        `limits.${name} is not a limit of mtaio. Use one of: ${Object.keys(LIMITS).join(', ')}.`,
      )
    }
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new MtaioError(
        'MTAIO_OPTION_INVALID',
        `limits.${name} must be a whole number of at least 1, not ${shown(value)}.`,
      )
    }
    limits[name] = value
  }
  return limits as Limits
}
