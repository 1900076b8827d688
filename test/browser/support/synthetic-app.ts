import type {
  AlertDocument,
  AlertsDocument,
  HistoryDocument,
  MetricRow,
  ProfileDocument,
  RequestDocument,
  RequestsDocument,
  RequestSummary,
  RouteHistogramDocument,
  RouteRow,
  Snapshot,
  ThresholdDocument,
  TickDocument,
} from '../../../packages/core/src/status/api-types.ts'
import { HOSTILE_NAMES } from './names.ts'
import { random } from './random.ts'
import { LISTED_ERROR, requestDocument, requestSummary } from './synthetic-requests.ts'

/** `busy`: an hour of history, alerts, failures. `calm`: the same without. `empty`: just started. */
export type Scenario = 'busy' | 'calm' | 'empty'

export interface SyntheticOptions {
  readonly scenario?: Scenario
  /** Routes beside the five that the shop has. */
  readonly moreRoutes?: number
  readonly hostile?: boolean
}

type Sample = Record<string, number | null>

const HOUR = 3600
const MIB = 1024 * 1024

/** An app that is made up: answers as the status API does, the same at each run but for the time. */
export class SyntheticApp {
  #scenario: Scenario
  /** Thresholds beside those that the app has anyway. */
  thresholds: readonly ThresholdDocument[] = []
  readonly #random = random(7)
  readonly #routes: readonly { method: string; route: string }[]
  readonly #samples: Sample[] = []
  readonly #names: readonly string[]
  #requestCount = 31_204
  pid = 4312
  startTime: number

  constructor({ scenario = 'busy', moreRoutes = 0, hostile = false }: SyntheticOptions = {}) {
    this.#scenario = scenario
    this.#names = hostile ? HOSTILE_NAMES : []
    this.#routes = routesOf(moreRoutes, this.#names)
    const now = Math.floor(Date.now() / 1000)
    const seconds = scenario === 'empty' ? 3 : HOUR
    this.startTime = now - (scenario === 'empty' ? 4 : 11_540)
    for (let t = now - seconds; t <= now; t++) this.#samples.push(this.#sample(t))
  }

  get now(): number {
    return this.#samples.at(-1)?.['t'] ?? 0
  }

  /** From now on things go well, or do not. */
  become(scenario: Scenario): void {
    this.#scenario = scenario
  }

  /** The process begins anew: another pid, no history. */
  restart(): void {
    this.pid++
    this.startTime = Date.now() / 1000
    this.#samples.length = 0
    this.#samples.push(this.#sample(this.startTime))
  }

  /** A second passes. */
  tick(): TickDocument {
    const sample = this.#sample(Math.max(this.now + 1, Math.floor(Date.now() / 1000)))
    this.#samples.push(sample)
    if (this.#samples.length > HOUR) this.#samples.shift()
    this.#requestCount += 248
    return { sample, snapshot: this.snapshot() }
  }

  history(seconds: number): HistoryDocument {
    const rows = this.#samples.slice(-Math.ceil(seconds))
    const names = Object.keys(rows[0] ?? { t: 0 })
    return Object.fromEntries(
      names.map((name) => [name, rows.map((row) => row[name] ?? null)]),
    ) as unknown as HistoryDocument
  }

  snapshot(): Snapshot {
    const last = this.#samples.at(-1) ?? {}
    const empty = this.#scenario === 'empty'
    const busy = this.#scenario === 'busy'
    const value = (name: string): number => last[name] ?? 0
    return {
      app: { name: 'shop-api', version: '1.4.2', environment: 'production' },
      process: {
        pid: this.pid,
        nodeVersion: 'v24.21.0',
        hostname: 'web-1',
        platform: 'linux',
        arch: 'x64',
        startTime: this.startTime,
        uptime: this.now - this.startTime,
        host: {
          os: 'Debian GNU/Linux 12',
          kernel: '6.1.0-31-amd64',
          cpuModel: 'AMD EPYC 9354P',
          cpuCores: 8,
          virtualization: 'docker',
          cpuLimit: 2,
          memoryLimit: 4096 * MIB,
        },
      },
      stats: {
        timestamp: this.now,
        cpu: {
          usagePercent: last['cpu_usage'] ?? null,
          loadAverage: [1.21, 1.08, 0.94],
          threadCount: 23,
        },
        memory: { total: 4096 * MIB, available: 1490 * MIB, used: 2606 * MIB, percent: 63.6 },
        io: { readBytes: 0, writeBytes: 1_260_000, readCount: 0, writeCount: 38 },
      },
      runtime: {
        eventLoopUtilization: last['event_loop_utilization'] ?? null,
        eventLoopDelay: { p50: 0.0103, p99: last['event_loop_delay'] ?? null, max: 0.212 },
        gc: {
          count: 3,
          time: 0.0112,
          byKind: {
            minor: { count: 3, time: 0.0112 },
            major: { count: 0, time: 0 },
            incremental: { count: 0, time: 0 },
            weakcb: { count: 0, time: 0 },
          },
        },
        heap: { used: value('heap_used'), total: value('heap_total'), limit: 512 * MIB },
        rss: last['rss'] ?? null,
        external: 31 * MIB,
        processCpuPercent: last['process_cpu'] ?? null,
        uptime: this.now - this.startTime,
      },
      http: {
        inFlight: empty ? 0 : value('http_in_flight'),
        requests: empty ? 0 : this.#requestCount,
        errors: busy ? 1994 : 0,
        aborted: busy ? 31 : 0,
        timeouts: 0,
        rate: empty ? 0 : 247.6,
        errorRate: empty ? null : busy ? 2.8 : 0,
        duration: empty
          ? { count: 0, mean: null, p50: null, p95: null, p99: null, max: null }
          : {
              count: 14_856,
              mean: 0.021,
              p50: 0.011,
              p95: busy ? 1.42 : 0.084,
              p99: 1.61,
              max: 2.2,
            },
        oldest: busy ? { id: 'f1', method: 'GET', route: '/export', age: 22.4 } : null,
      },
      alerts: this.#firing(),
      self: {
        limits: {
          maxRoutes: { limit: 1000, used: this.#routes.length, cut: busy ? 214 : 0 },
          maxSeriesPerMetric: { limit: 2000, used: 42, cut: 0 },
          maxTraces: { limit: 1000, used: 1000, cut: 0 },
          maxStreams: { limit: 100, used: 1, cut: 0 },
        },
        traces: { kept: empty ? 0 : 1204, dropped: empty ? 0 : 31_882 },
        series: empty ? 0 : 42,
        cpuPercent: empty ? 0 : 0.4,
        refusedValues: 0,
        failures: 0,
        skippedCalls: 0,
        viewers: 1,
      },
    }
  }

  alerts(): AlertsDocument {
    const busy = this.#scenario === 'busy'
    return {
      firing: this.#firing(),
      past: busy
        ? [
            {
              ...alertOf('cpu_usage', 91, 80, this.now - 900),
              state: 'cleared',
              until: this.now - 780,
            },
          ]
        : [],
      thresholds:
        this.#scenario === 'empty'
          ? []
          : [
              ...Object.entries({
                response_time: 1,
                error_rate: 5,
                event_loop_delay: 0.1,
                cpu_usage: 80,
                heap_usage: 90,
              }).map(([metric, value]) => ({ metric, value, hasValue: true })),
              ...this.thresholds,
            ],
    }
  }

  #firing(): readonly AlertDocument[] {
    if (this.#scenario !== 'busy') return []
    return [
      alertOf('response_time', 1.42, 1, this.now - 48),
      alertOf('event_loop_delay', 0.187, 0.1, this.now - 31),
      ...this.#names.slice(0, 1).map((name) => alertOf(name, 3, 2, this.now - 5)),
    ]
  }

  routes(window: number): readonly RouteRow[] {
    if (this.#scenario === 'empty') return []
    const next = random(11)
    return this.#routes.map(({ method, route }, i) => {
      const rate = [1.2, 120, 44, 61, 3.1][i] ?? next() * 2
      const base = [0.64, 0.0098, 0.022, 0.0061, 0.0004][i] ?? 0.002 + next() * 0.03
      const failing = this.#scenario === 'busy' && (i === 0 || i === 2)
      const count = Math.round(rate * window)
      const errors = failing ? Math.round(count * (i === 0 ? 0.083 : 0.004)) : 0
      return {
        method,
        route,
        count,
        rate,
        errors,
        errorRate: count === 0 ? 0 : (errors / count) * 100,
        aborted: i === 0 ? 3 : 0,
        timeouts: 0,
        mean: base * 1.1,
        p50: base,
        p95: base * 2.2,
        p99: base * 4,
        max: base * 9,
        share: [61, 19, 12, 6, 0.2][i] ?? 1.8 / this.#routes.length,
        spark: Array.from({ length: 30 }, () => rate * (0.6 + next() * 0.8)),
      }
    })
  }

  histogram(method: string, route: string): RouteHistogramDocument {
    const next = random(5)
    const factor = 2 ** (1 / 32)
    const buckets = Array.from({ length: 180 }, (_, i) => {
      const from = 0.05 * factor ** i
      const bell = Math.exp(-(((i - 60) / 28) ** 2)) + 0.35 * Math.exp(-(((i - 140) / 12) ** 2))
      return { from, to: from * factor, count: Math.round(bell * 90 * (0.8 + next() * 0.4)) }
    }).filter((bucket) => bucket.count > 0)
    return {
      method,
      route,
      count: buckets.reduce((sum, bucket) => sum + bucket.count, 0),
      buckets,
      examples: this.#requests()
        .filter((request) => request.route === route && request.outcome !== null)
        .toSorted((a, b) => a.duration - b.duration),
    }
  }

  requests(
    view: RequestsDocument['view'],
    route: string | null,
    status: string | null,
    { from, to }: { readonly from: number; readonly to: number },
  ): RequestsDocument {
    const ofView = this.#requests().filter((request) => {
      if (view === 'in-flight') return request.outcome === null
      if (request.outcome === null) return false
      return view !== 'errors' || request.outcome === 'error'
    })
    if (view === 'slowest') ofView.sort((a, b) => b.duration - a.duration)
    else if (view !== 'in-flight') ofView.sort((a, b) => b.startTime - a.startTime)
    const requests = ofView.filter(
      (request) =>
        (route === null || request.route === route) &&
        request.startTime <= to &&
        request.startTime + request.duration >= from &&
        (status === null || String(request.status).startsWith(status.replace('xx', ''))),
    )
    return { view, total: ofView.length, requests }
  }

  request(id: string): RequestDocument | null {
    const summary = this.#requests().find((request) => request.id === id)
    return summary === undefined ? null : requestDocument(summary)
  }

  #requests(): RequestSummary[] {
    if (this.#scenario === 'empty') return []
    const next = random(3)
    const busy = this.#scenario === 'busy'
    const list: RequestSummary[] = []
    // Recent ones come with time: their ids do not change, so that new ones can be told apart.
    const newest = Math.floor(this.now / 2)
    for (let i = newest; i > newest - 40; i--) {
      list.push(
        requestSummary({
          id: `a${i}`,
          ...(this.#routes[1 + (i % 3)] ?? { method: 'GET', route: '/' }),
          startTime: i * 2 - 0.4,
          duration: 0.02 + (i % 17) * 0.021,
        }),
      )
    }
    if (!busy) return list
    for (let i = 0; i < 14; i++) {
      const failed = i % 2 === 0
      list.push(
        requestSummary({
          id: `e${i}`,
          method: 'POST',
          route: '/report/:id',
          startTime: this.startTime + 11_300 + i * 15,
          duration: 1.42 - next() * 0.8,
          status: failed ? 500 : 200,
          outcome: failed ? 'error' : 'ok',
          error: failed ? LISTED_ERROR : null,
        }),
      )
    }
    list.push(
      requestSummary({
        id: 'gone',
        method: 'GET',
        route: '/products/:id',
        startTime: this.startTime + 11_400,
        duration: 0.9,
        status: 499,
        outcome: 'aborted',
      }),
      requestSummary({
        id: 'f1',
        method: 'GET',
        route: '/export',
        startTime: this.now - 22.4,
        duration: 22.4,
        outcome: null,
        currentSpan: 'writeRows',
      }),
      requestSummary({
        id: 'f2',
        method: 'POST',
        route: '/report/:id',
        startTime: this.now - 0.31,
        duration: 0.31,
        outcome: null,
        currentSpan: 'renderReport',
      }),
      ...this.#names.map((name, i) =>
        requestSummary({
          id: `h${i}`,
          method: 'GET',
          route: name,
          startTime: this.startTime + 11_450 + i,
          duration: 3 + i,
          status: 500,
          outcome: 'error',
          error: { name: 'Error', message: name },
        }),
      ),
    )
    return list
  }

  profile(): ProfileDocument {
    const next = random(23)
    const names = [
      'loadOrders',
      'renderReport',
      'pg.query',
      'GET inventory.test/items/:id',
      ...this.#names,
    ]
    return {
      startTime: this.startTime,
      totalTime: 812,
      operations:
        this.#scenario === 'empty'
          ? []
          : names.map((name, i) => {
              const callCount = i === 1 ? 64 : Math.round(400 + next() * 9000)
              const avgTime = 0.004 + next() * 0.08
              return {
                name,
                callCount,
                errorCount: i === 1 ? 5 : 0,
                totalTime: callCount * avgTime,
                avgTime,
                minTime: avgTime * 0.2,
                maxTime: avgTime * 12,
                p50: avgTime * 0.8,
                p90: avgTime * 1.9,
                p95: avgTime * 2.4,
                p99: avgTime * 5,
                memoryTotal: 1e8,
                memoryAvg: (next() - 0.3) * 400_000,
              }
            }),
    }
  }

  metrics(window: number): readonly MetricRow[] {
    if (this.#scenario === 'empty') return []
    const next = random(29)
    const series: readonly (readonly [metric: string, queue: string | null])[] = [
      ['queue_length', 'mail'],
      ['queue_length', 'print'],
      ['upload_bytes', null],
      ...this.#names.map((name) => [name, name] as const),
    ]
    return series.map(([metric, queue], i) => {
      const mean = metric === 'upload_bytes' ? 3 * MIB : 20 + next() * 20
      // Of one nothing was recorded for a while: its last value is all that is known.
      const isOld = queue === 'print'
      const known = (value: number): number | null => (isOld ? null : value)
      return {
        metric,
        labels: queue === null ? {} : { queue },
        last: mean * (0.8 + next() * 0.4),
        lastTime: this.now - (isOld ? 2 * HOUR : i),
        count: isOld ? 0 : Math.round(window / 5),
        mean: known(mean),
        min: known(mean * 0.2),
        p50: known(mean * 0.9),
        p95: known(mean * 1.8),
        p99: known(mean * 2),
        max: known(mean * 2.2),
        spark: Array.from({ length: 12 }, (_, step) =>
          isOld || step === 4 ? null : mean * (0.6 + next() * 0.8),
        ),
      }
    })
  }

  #sample(t: number): Sample {
    const next = this.#random
    const wave = Math.sin(t / 190) * 0.5 + Math.sin(t / 41) * 0.3 + (next() - 0.5) * 0.5
    const trouble = this.#scenario === 'busy' && this.#samples.length > HOUR - 60 ? 1 : 0
    const empty = this.#scenario === 'empty'
    // A minute in which nothing could be measured: it must be a gap.
    const isGap =
      this.#scenario !== 'empty' &&
      this.#samples.length % HOUR > 3420 &&
      this.#samples.length < 3440
    const known = (value: number): number | null => (isGap ? null : value)
    const http = (value: number): number | null => (empty || isGap ? null : value)
    const sawtooth = (t % 47) / 47
    return {
      t,
      cpu_usage: known(clamp(46 + wave * 18 + trouble * 14, 0, 100)),
      load_average: 1.2 + wave * 0.2,
      memory_usage: 63.6 + wave * 0.6,
      disk_read_bytes: known(next() > 0.9 ? next() * 400_000 : 0),
      disk_write_bytes: known(Math.max(0, 700_000 + wave * 900_000)),
      event_loop_utilization: known(clamp(41 + wave * 16 + trouble * 30, 0, 100)),
      event_loop_delay: known(0.021 + Math.abs(wave) * 0.008 + trouble * 0.15),
      gc_count: 3,
      gc_time: 0.006 + next() * 0.012,
      gc_major_count: t % 47 === 0 ? 1 : 0,
      heap_used: (168 + sawtooth * 60 + wave * 8) * MIB,
      heap_total: 262 * MIB,
      rss: (341 + sawtooth * 22) * MIB,
      external: 31 * MIB,
      process_cpu: known(61 + wave * 20),
      http_rate: empty ? 0 : known(Math.round(244 + wave * 60)),
      http_errors: trouble * 7,
      error_rate: http(
        this.#scenario === 'busy' ? clamp(0.9 + wave * 0.7 + trouble * 1.9, 0, 100) : 0,
      ),
      response_time: http(0.084 + trouble),
      http_p50: http(0.011 + Math.abs(wave) * 0.003),
      http_p95: http(0.071 + Math.abs(wave) * 0.06 + trouble * 0.9),
      http_p99: http(0.31 + Math.abs(wave) * 0.5 + trouble * 0.9),
      http_in_flight: empty ? 0 : Math.max(0, Math.round(3 + wave * 3)),
    }
  }
}

function routesOf(more: number, names: readonly string[]): { method: string; route: string }[] {
  const shop = [
    { method: 'POST', route: '/report/:id' },
    { method: 'GET', route: '/products/:id' },
    { method: 'GET', route: '/search' },
    { method: 'POST', route: '/cart/:cart/items' },
    { method: 'GET', route: '(unmatched)' },
  ]
  const others = Array.from({ length: more }, (_, i) => ({
    method: ['GET', 'POST', 'PUT', 'DELETE'][i % 4] ?? 'GET',
    route: `/api/v${1 + (i % 3)}/resource-${i}/:id`,
  }))
  return [...shop, ...names.map((route) => ({ method: 'GET', route })), ...others]
}

function alertOf(metric: string, value: number, threshold: number, since: number): AlertDocument {
  return {
    id: `${metric} ${since > 0 ? 1 : 0} ${threshold}`,
    metric,
    labels: null,
    state: 'firing',
    value,
    threshold,
    since,
    until: null,
    message: null,
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
