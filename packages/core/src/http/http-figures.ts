/** How a request ended. An aborted request is shown with status 499. */
export type Outcome = 'ok' | 'error' | 'aborted' | 'timeout'

export interface LatencyFigures {
  readonly count: number
  readonly mean: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** Totals since the start; `rate`, `errorRate` and `duration` are of the last minute. */
export interface HttpFigures {
  readonly inFlight: number
  readonly requests: number
  readonly errors: number
  readonly aborted: number
  readonly timeouts: number
  /** Requests per second over the last minute. */
  readonly rate: number
  /** Percent of the requests of the last minute; null when there were none. */
  readonly errorRate: number | null
  readonly duration: LatencyFigures
  /** The oldest request in flight that does not stream. */
  readonly oldest: {
    readonly id: string
    readonly method: string
    readonly route: string | null
    readonly age: number
  } | null
}
