import { createServer, request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { clock } from '../../packages/core/src/clock.ts'
import { HttpRecorder } from '../../packages/core/src/http/http-recorder.ts'
import { resolveLimits } from '../../packages/core/src/limits.ts'
import type { Limits } from '../../packages/core/src/limits.ts'
import { MetricStore } from '../../packages/core/src/metrics/metric-store.ts'
import type { ResourceMonitor } from '../../packages/core/src/monitor/resource-monitor.ts'
import { Profiler } from '../../packages/core/src/profiler/profiler.ts'
import { resolveAccess } from '../../packages/core/src/status/access.ts'
import type { AccessOptions } from '../../packages/core/src/status/access.ts'
import type {
  AlertDocument,
  HistoryDocument,
  ThresholdDocument,
} from '../../packages/core/src/status/api-types.ts'
import { StatusHandler } from '../../packages/core/src/status/status-handler.ts'
import type { MonitorReader } from '../../packages/core/src/status/status-sources.ts'
import { RuntimeMeter } from '../../packages/core/src/system/runtime-stats.ts'

export interface StatusServerOptions {
  readonly access?: AccessOptions
  readonly limits?: Partial<Limits>
  readonly environment?: string
  readonly path?: string
  /** What runs before the handler, as an app's middleware does. */
  readonly before?: RequestListener
}

/** A monitor whose figures a test sets. */
export class FakeMonitor implements MonitorReader {
  readonly interval = 1
  isRunning = true
  readonly metricStore: MetricStore
  sampledAt: number | null = clock.toEpochSeconds(clock.now())
  sampleAgeMs: number | null = 0
  firing: AlertDocument[] = []
  columns: HistoryDocument = { t: [1, 2, 3], cpu_usage: [null, 12.3456789, 100] }
  readonly #runtime = new RuntimeMeter()

  constructor(limits: Limits) {
    this.metricStore = new MetricStore(limits)
  }

  get latest(): MonitorReader['latest'] {
    if (this.sampledAt === null) return null
    return { stats: statsAt(this.sampledAt), runtime: this.#runtime.read() }
  }

  getCurrentStats(): Promise<ReturnType<typeof statsAt>> {
    return Promise.resolve(statsAt(clock.toEpochSeconds(clock.now())))
  }

  runtimeStats(): ReturnType<RuntimeMeter['read']> {
    return this.#runtime.read()
  }

  hostFacts(): Promise<null> {
    return Promise.resolve(null)
  }

  readonly history = {
    columns: (): HistoryDocument => this.columns,
    lastRow: (): Record<string, number | null> =>
      Object.fromEntries(Object.entries(this.columns).map(([name, all]) => [name, all.at(-1)!])),
  }
  readonly alerts = {
    firing: (): AlertDocument[] => this.firing,
    past: (): AlertDocument[] => [],
    thresholds: (): ThresholdDocument[] => [{ metric: 'cpu_usage', value: 80, hasValue: true }],
  }
}

function statsAt(timestamp: number) {
  return {
    timestamp,
    cpu: { usagePercent: 12, loadAverage: [1, 2, 3] as const, threadCount: 11 },
    memory: { total: 100, available: 60, used: 40, percent: 40 },
    io: { readBytes: 0, writeBytes: 0, readCount: 0, writeCount: 0 },
  }
}

/** The answer of a request, read whole. */
export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real server with the handler in front of a small app, on loopback. */
export class StatusServer {
  readonly status: StatusHandler
  readonly monitor: FakeMonitor
  readonly profiler: Profiler
  readonly http: HttpRecorder
  readonly server: Server
  /** What the handler logged. */
  readonly log: string[] = []

  constructor(options: StatusServerOptions = {}) {
    const limits = resolveLimits(options.limits)
    this.monitor = new FakeMonitor(limits)
    this.profiler = new Profiler({ limits })
    const figures = {
      metrics: this.monitor.metricStore,
      metricStore: this.monitor.metricStore,
      addFigure: () => {},
      onTick: () => {},
    }
    this.http = new HttpRecorder(figures as unknown as ResourceMonitor, this.profiler, {
      limits,
      slowRequest: 0.001,
      maxAge: 60,
      keepPaths: true,
    })
    this.status = new StatusHandler(
      {
        monitor: this.monitor,
        profiler: this.profiler,
        http: this.http,
        self: {
          limits: () => this.http.limitFigures,
          traces: () => ({ kept: 1, dropped: 2 }),
          cost: { cpuPercent: () => 0.5, measure: (action) => action() },
          failures: () => 0,
          skippedCalls: () => 0,
        },
      },
      {
        path: options.path ?? '/_monitor',
        access: resolveAccess(options.access),
        limits,
        environment: options.environment ?? 'development',
        warn: (code, message) => this.log.push(`${code} ${message}`),
      },
    )
    this.status.start()
    this.server = createServer((req, res) => {
      options.before?.(req, res)
      if (this.status.handle(req, res)) return
      this.#app(req, res)
    })
  }

  /** `/slow/<ms>` takes its time, `/hold` until it is released, `/fail` fails. */
  readonly #app: RequestListener = (req, res) => {
    const url = req.url ?? ''
    const route = url.startsWith('/slow') ? '/slow/:ms' : url
    const lifecycle = this.http.begin(req, res, { route: () => route })
    const answer = (): void => {
      res.statusCode = route === '/fail' ? 500 : 200
      if (route === '/fail') lifecycle?.setError(new Error('it failed <b>'))
      res.end('app')
    }
    lifecycle?.run(() => {
      const ms = Number(/^\/slow\/(\d+)/.exec(url)?.[1] ?? 0)
      const wait = route === '/hold' ? this.#released : ms > 0 ? sleep(ms) : null
      if (wait === null) answer()
      else void this.profiler.traceContext('wait', () => wait).then(answer)
    })
  }

  #release: () => void = () => {}
  readonly #released: Promise<void> = new Promise((resolve) => {
    this.#release = resolve
  })

  /** Lets go of the requests for `/hold`. */
  release(): void {
    this.#release()
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.status.stop()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('GET', path, headers)
  }

  async json(path: string): Promise<any> {
    return JSON.parse((await this.get(path)).body)
  }

  async send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<Reply> {
    const res = await this.#request(method, path, headers, body)
    return { status: res.statusCode ?? 0, headers: res.headers, body: await text(res) }
  }

  async bytes(
    path: string,
    headers: Record<string, string>,
  ): Promise<{ readonly headers: IncomingHttpHeaders; readonly bytes: Buffer }> {
    const res = await this.#request('GET', path, headers, '')
    return { headers: res.headers, bytes: await buffer(res) }
  }

  #request(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<IncomingMessage> {
    const { port } = this
    const options = { host: '127.0.0.1', port, method, path, agent: false } as const
    const all = { host: `localhost:${port}`, ...headers }
    return new Promise((resolve, reject) => {
      request({ ...options, headers: all }, resolve)
        .on('error', reject)
        .end(body)
    })
  }

  /** Sends bytes as they are and returns all that comes back until the server closes. */
  raw(bytes: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1')
    socket.end(bytes)
    return text(socket)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Waits until something holds, for ten seconds at most. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !holds(); i++) await sleep(10)
  if (!holds()) throw new Error('it did not come to hold')
}
