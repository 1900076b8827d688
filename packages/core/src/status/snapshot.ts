import { hostname } from 'node:os'
import { clock } from '../clock.ts'
import type { RuntimeStats, SystemStats } from '../system/system-stats.ts'
import { appIdentity } from './app-identity.ts'
import type { HostFacts, SelfFigures, Snapshot, TickDocument } from './api-types.ts'
import type { ResultLimit } from './result-limit.ts'
import type { StatusSources } from './status-sources.ts'

/** Makes the snapshot, and the document of a tick, which has it in it. */
export class Snapshots {
  readonly #sources: StatusSources
  readonly #self: (nowMs: number) => SelfFigures
  readonly #results: ResultLimit
  #app: Snapshot['app'] | null = null
  #host: HostFacts | null = null
  #isHostAsked = false

  constructor(sources: StatusSources, self: (nowMs: number) => SelfFigures, results: ResultLimit) {
    this.#sources = sources
    this.#self = self
    this.#results = results
  }

  /** Before the first sample it waits for one. */
  async snapshot(): Promise<Snapshot> {
    const { monitor } = this.#sources
    const latest = monitor.latest
    const stats = latest?.stats ?? (await monitor.getCurrentStats())
    return this.#build(stats, latest?.runtime ?? monitor.runtimeStats())
  }

  /** Null before the first sample. */
  tick(): TickDocument | null {
    const { monitor } = this.#sources
    const { latest } = monitor
    const sample = monitor.history.lastRow()
    if (latest === null || sample === null) return null
    return { sample, snapshot: this.#build(latest.stats, latest.runtime) }
  }

  #build(stats: SystemStats, runtime: RuntimeStats): Snapshot {
    const nowMs = clock.now()
    this.#askHost()
    return {
      app: (this.#app ??= appIdentity()),
      process: {
        pid: process.pid,
        nodeVersion: process.version,
        hostname: hostname(),
        platform: process.platform,
        arch: process.arch,
        startTime: clock.toEpochSeconds(0),
        uptime: process.uptime(),
        host: this.#host,
      },
      stats,
      runtime,
      http: this.#sources.http.figures(nowMs),
      alerts: this.#results.cut(this.#sources.monitor.alerts.firing()),
      self: this.#self(nowMs),
    }
  }

  /** Asked when somebody looks for the first time: where it is not read from files it is slow. */
  #askHost(): void {
    if (this.#isHostAsked) return
    this.#isHostAsked = true
    this.#sources.monitor.hostFacts().then(
      (host) => {
        this.#host = host
      },
      () => {
        // The facts stay unknown; the source has said why.
      },
    )
  }
}
