/**
 * The documents that `/_monitor/api/*` serves, in one file, so that the page and its server cannot
 * drift apart. Durations are seconds, timestamps epoch seconds, sizes bytes, percentages 0-100.
 */
import type { HostFacts } from '../system/host-facts.ts'
import type { HttpFigures, Outcome } from '../http/http-figures.ts'
import type { LimitFigures } from '../limits.ts'
import type { SpanDocument } from '../profiler/span-document.ts'
import type { RuntimeStats, SystemStats } from '../system/system-stats.ts'

export type { HttpFigures, LatencyFigures, Outcome } from '../http/http-figures.ts'
export type { LimitFigures } from '../limits.ts'
export type { ErrorDocument, ErrorTexts, SpanDocument } from '../profiler/span-document.ts'

export type { HostFacts }

export interface Snapshot {
  /** The app that is watched. `version` is null when no package.json says it. */
  readonly app: {
    readonly name: string
    readonly version: string | null
    readonly environment: string | null
  }
  readonly process: {
    readonly pid: number
    readonly nodeVersion: string
    readonly hostname: string
    readonly platform: string
    readonly arch: string
    /** Epoch seconds. */
    readonly startTime: number
    /** Seconds. */
    readonly uptime: number
    /** Facts of the host, read once and only when they are known. */
    readonly host: HostFacts | null
  }
  readonly stats: SystemStats
  readonly runtime: RuntimeStats
  readonly http: HttpFigures
  /** Alerts that fire now. */
  readonly alerts: readonly AlertDocument[]
  /** What mtaio itself holds, cuts and costs. */
  readonly self: SelfFigures
}

export interface SelfFigures {
  /** By the name that the option `limits` has. */
  readonly limits: Readonly<Record<string, LimitFigures>>
  readonly traces: { readonly kept: number; readonly dropped: number }
  readonly series: number
  /** CPU of mtaio's ticks, with what they send to viewers, in percent of one core over the last minute. */
  readonly cpuPercent: number
  /** Values refused (NaN, Infinity, a negative duration). */
  readonly refusedValues: number
  /** Failures caught inside mtaio, in alert handlers, in `authorize`, `ignore` and `redact`. */
  readonly failures: number
  /** Calls of alert handlers left out, because earlier ones were still under way. */
  readonly skippedCalls: number
  /** Open streams. */
  readonly viewers: number
}

export interface AlertDocument {
  readonly id: string
  readonly metric: string
  readonly labels: Readonly<Record<string, string>> | null
  readonly state: 'firing' | 'cleared'
  /** The value at the last check while it fired. */
  readonly value: number | null
  readonly threshold: number | null
  readonly since: number
  /** null while firing. */
  readonly until: number | null
  /** Said by `monitor.alert(message)`, else null. */
  readonly message: string | null
}

/** A threshold that is watched; the page draws it as a line across the chart of its metric. */
export interface ThresholdDocument {
  readonly metric: string
  readonly value: number
  /** The metric had a value since the threshold was set. One whose name has a slip never has. */
  readonly hasValue: boolean
}

export interface AlertsDocument {
  readonly firing: readonly AlertDocument[]
  /** Newest first. */
  readonly past: readonly AlertDocument[]
  readonly thresholds: readonly ThresholdDocument[]
}

/** One array per figure, all of one length; `t` (epoch seconds) first; a gap is null. */
export interface HistoryDocument {
  readonly t: readonly number[]
  readonly [figure: string]: readonly (number | null)[]
}

export interface RouteRow {
  readonly method: string
  readonly route: string
  /** All requests that ended in the window, whatever the outcome. */
  readonly count: number
  /** Per second, over the window (or the uptime when that is shorter). */
  readonly rate: number
  readonly errors: number
  /** Errors and timeouts, in percent of count. */
  readonly errorRate: number
  readonly aborted: number
  readonly timeouts: number
  /** Of the requests that were answered; null when there are none. */
  readonly mean: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
  /** Percent of the time that all routes took in the window. */
  readonly share: number
  /** Requests per second in equal steps over the window, oldest first. */
  readonly spark: readonly number[]
}

/** `GET api/routes/histogram?method=&route=&window=`: the latency of one route and its examples. */
export interface RouteHistogramDocument {
  readonly method: string
  readonly route: string
  readonly count: number
  /** Non-empty buckets, ascending; seconds. */
  readonly buckets: readonly {
    readonly from: number
    readonly to: number
    readonly count: number
  }[]
  /** Requests kept as examples, ascending by duration. */
  readonly examples: readonly RequestSummary[]
}

export interface RequestSummary {
  readonly id: string
  readonly method: string
  readonly route: string
  /** The concrete path without its query; null in production unless an option allows it. */
  readonly path: string | null
  /** null while in flight and nothing was sent. */
  readonly status: number | null
  /** null while in flight. */
  readonly outcome: Outcome | null
  readonly startTime: number
  /** Seconds; of a request in flight its age. */
  readonly duration: number
  readonly spanCount: number
  /** The innermost span that is open now, of a request in flight. */
  readonly currentSpan: string | null
  readonly error: { readonly name: string; readonly message: string } | null
  /** A response that streams (events, long bodies); its duration is kept out of the latency. */
  readonly streaming: boolean
}

/**
 * `GET api/requests?view=&route=&method=&status=&from=&to=&limit=`. `status` is a code (`500`) or a
 * class of them (`5xx`). In flight: the oldest first; slowest: the slowest first; else the newest
 * first. With `from` or `to` (epoch seconds) all requests are looked through that are kept for
 * whatever reason, and those of the view are listed that ran in that time.
 */
export interface RequestsDocument {
  readonly view: 'recent' | 'slowest' | 'errors' | 'in-flight'
  /** How many the view holds before filter and limit; with `from` or `to` all that were looked through. */
  readonly total: number
  readonly requests: readonly RequestSummary[]
}

export interface RequestDocument extends RequestSummary {
  /** The W3C trace id that came with the request, if a valid one did. */
  readonly traceId: string | null
  readonly trace: SpanDocument
  /** Spans over the cap, not kept. */
  readonly droppedSpans: number
}

export interface OperationRow {
  readonly name: string
  readonly callCount: number
  readonly errorCount: number
  readonly totalTime: number
  readonly avgTime: number
  readonly minTime: number
  readonly maxTime: number
  readonly p50: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly memoryTotal: number
  readonly memoryAvg: number
}

export interface ProfileDocument {
  readonly startTime: number
  readonly totalTime: number
  readonly operations: readonly OperationRow[]
}

/** `GET api/metrics?window=`: one series of a metric that the app records. */
export interface MetricRow {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  /** The value recorded last, whenever that was. */
  readonly last: number
  /** When that was, in epoch seconds. */
  readonly lastTime: number
  /** Values recorded in the window; what follows is of them, and null when there are none. */
  readonly count: number
  readonly mean: number | null
  readonly min: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
  /** Means in equal steps over the window, the oldest first; null for a step without a value. */
  readonly spark: readonly (number | null)[]
}

/** The data of one `tick` event of the stream. */
export interface TickDocument {
  /** The last row of the history, by figure. */
  readonly sample: Readonly<Record<string, number | null>>
  readonly snapshot: Snapshot
}

export interface HealthDocument {
  readonly status: 'ok' | 'failing'
  readonly checks: readonly {
    readonly name: string
    /** A warning is an alert that fires; it fails the whole only with `?alerts=fail`. */
    readonly status: 'ok' | 'warning' | 'failing'
    readonly message: string | null
  }[]
}

/** The body of every refusal and failure of the API. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string }
}
