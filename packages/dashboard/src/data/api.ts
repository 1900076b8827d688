import type {
  AlertsDocument,
  ErrorBody,
  HistoryDocument,
  MetricRow,
  ProfileDocument,
  RequestDocument,
  RequestsDocument,
  RouteHistogramDocument,
  RouteRow,
  Snapshot,
} from '@core/status/api-types.ts'
import { below } from './base-url.ts'

/** The server answered, but not with what was asked for. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

/** An answer that takes longer than this is as good as none. */
const TIMEOUT_MS = 10_000

type Query = Readonly<Record<string, string | number | null>>

function address(path: string, query: Query = {}): string {
  const url = new URL(below(path))
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== '') url.searchParams.set(name, String(value))
  }
  return url.href
}

async function get<T>(path: string, query?: Query): Promise<T> {
  const response = await fetch(address(path, query), {
    headers: { accept: 'application/json' },
    credentials: 'same-origin',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) {
    const body = (await response.json().catch(() => null)) as ErrorBody | null
    throw new ApiError(response.status, body?.error?.message ?? response.statusText)
  }
  return (await response.json()) as T
}

export type Window = 60 | 300 | 900 | 3600

/** Which requests the server is asked for. */
export interface RequestsQuery {
  readonly view: RequestsDocument['view']
  readonly method: string | null
  readonly route: string | null
  readonly status: string | null
  /** Epoch seconds. */
  readonly from: number | null
  readonly to: number | null
  readonly limit: number
}

export const api = {
  snapshot: (): Promise<Snapshot> => get('api/snapshot'),
  history: (seconds: number): Promise<HistoryDocument> => get('api/history', { seconds }),
  routes: (window: Window): Promise<readonly RouteRow[]> => get('api/routes', { window }),
  histogram: (method: string, route: string, window: Window): Promise<RouteHistogramDocument> =>
    get('api/routes/histogram', { method, route, window }),
  requests: (query: RequestsQuery): Promise<RequestsDocument> => get('api/requests', { ...query }),
  request: (id: string): Promise<RequestDocument> => get(requestPath(id)),
  metrics: (window: Window): Promise<readonly MetricRow[]> => get('api/metrics', { window }),
  profile: (): Promise<ProfileDocument> => get('api/profile'),
  alerts: (): Promise<AlertsDocument> => get('api/alerts'),
} as const

export function streamAddress(): string {
  return below('api/stream')
}

/** Where the Chrome trace of a request can be had. */
export function chromeTraceAddress(id: string): string {
  return address(requestPath(id), { format: 'chrome-trace' })
}

function requestPath(id: string): string {
  return `api/requests/${encodeURIComponent(id)}`
}
