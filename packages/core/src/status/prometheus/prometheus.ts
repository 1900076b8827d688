import { clock } from '../../clock.ts'
import type { SelfFigures } from '../api-types.ts'
import { Pacer } from '../pacer.ts'
import { Exposition } from './exposition.ts'
import type { Format } from './format.ts'
import { GcDurations } from './gc-durations.ts'
import { LoopLag } from './loop-lag.ts'
import { writeOwnMetrics } from './own-metrics.ts'
import { writeProcessMetrics } from './process-metrics.ts'
import { writeRequestMetrics } from './request-metrics.ts'
import type { RequestMetricsSource } from './request-metrics.ts'
import { writeSelfMetrics } from './self-metrics.ts'

/** Where the figures come from. */
export interface PrometheusSources extends RequestMetricsSource {
  self(): SelfFigures
}

/** How long a rendering may be shown again while nothing has been recorded, in milliseconds. */
const MAX_AGE_MS = 1000

interface Rendering {
  /** What has been recorded up to it, as one number. */
  readonly recorded: number
  readonly beganMs: number
  readonly pieces: Promise<readonly Uint8Array[]>
}

/** Renders `metrics`, in slices between which the app goes on. */
export class Prometheus {
  readonly #sources: PrometheusSources
  readonly #gc = new GcDurations()
  readonly #lag = new LoopLag()
  readonly #renderings = new Map<Format, Rendering>()

  constructor(sources: PrometheusSources) {
    this.#sources = sources
  }

  /** Begins to count garbage collections, and allows scrapes to measure. Idempotent. */
  start(): void {
    this.#gc.start()
    this.#lag.start()
  }

  /** Idempotent. */
  stop(): void {
    this.#gc.stop()
    this.#lag.stop()
    this.#renderings.clear()
  }

  /** Several scrapers at once, and within a second in which nothing happened, share one rendering. */
  render(format: Format): Promise<readonly Uint8Array[]> {
    const recorded = this.#recorded()
    const known = this.#renderings.get(format)
    const nowMs = clock.now()
    if (known?.recorded === recorded && nowMs - known.beganMs < MAX_AGE_MS) return known.pieces
    const pieces = this.#render(format, nowMs)
    this.#renderings.set(format, { recorded, beganMs: nowMs, pieces })
    return pieces
  }

  async #render(format: Format, nowMs: number): Promise<readonly Uint8Array[]> {
    const out = new Exposition(format)
    const pacer = new Pacer()
    await writeProcessMetrics(out, this.#gc, this.#lag)
    writeSelfMetrics(out, this.#sources.self())
    await writeRequestMetrics(out, this.#sources, pacer)
    await writeOwnMetrics(out, this.#sources.metrics, nowMs, pacer)
    return out.end()
  }

  #recorded(): number {
    let count = this.#sources.inFlight() / 1e9
    for (const metric of this.#sources.metrics.metrics()) {
      for (const series of metric.series()) count += series.values.totalCount
    }
    return count
  }
}
