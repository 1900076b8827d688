import type { MetricSeries, MetricStore } from '../metrics/metric-store.ts'
import type { AlertHandlers } from './alert-handlers.ts'
import type { AlertLog } from './alert-log.ts'
import type { Threshold } from './threshold.ts'
import { ThresholdState } from './threshold-state.ts'
import type { Finding } from './threshold-state.ts'

/**
 * An alert on a recorded metric ends when nothing was recorded for this long: a route that was slow
 * once and is never asked for again must not fire for ever. Prometheus calls that stale, too.
 */
const STALE_MS = 300_000

interface Rule {
  threshold: Threshold
  /** Of the sampled figure with this name. */
  readonly figure: ThresholdState
  /** Of the recorded metric with this name, by series; only those that were above lately. */
  readonly series: Map<MetricSeries, ThresholdState>
}

/**
 * The thresholds in force. Sampled figures are compared at each tick, recorded metrics as they are
 * recorded, whoever records them.
 */
export class Thresholds {
  readonly #store: MetricStore
  readonly #log: AlertLog
  readonly #handlers: { readonly exceeded: AlertHandlers; readonly cleared: AlertHandlers }
  readonly #intervalMs: number
  readonly #rules = new Map<string, Rule>()

  constructor(
    store: MetricStore,
    log: AlertLog,
    handlers: { readonly exceeded: AlertHandlers; readonly cleared: AlertHandlers },
    intervalMs: number,
  ) {
    this.#store = store
    this.#log = log
    this.#handlers = handlers
    this.#intervalMs = intervalMs
  }

  list(): Threshold[] {
    return Array.from(this.#rules.values(), (rule) => rule.threshold)
  }

  get(metric: string): Threshold | undefined {
    return this.#rules.get(metric)?.threshold
  }

  /** Sets or changes one. An alert that fires goes on and is compared anew. */
  set(threshold: Threshold): void {
    const known = this.#rules.get(threshold.metric)
    if (known !== undefined) {
      known.threshold = threshold
      return
    }
    const figure = new ThresholdState(this.#log, null)
    const rule: Rule = { threshold, figure, series: new Map() }
    this.#rules.set(threshold.metric, rule)
    this.#store.reserve(threshold.metric).watch((series, value, nowMs) => {
      this.#checkSeries(rule, series, value, nowMs)
    })
  }

  /** Takes one away; its alerts end. */
  remove(metric: string, nowMs: number): boolean {
    const rule = this.#rules.get(metric)
    if (rule === undefined) return false
    this.#rules.delete(metric)
    this.#store.reserve(metric).watch(null)
    this.#tell(rule.figure.clear(nowMs))
    for (const state of rule.series.values()) this.#tell(state.clear(nowMs))
    return true
  }

  /** Compares the figures of a tick; `null` is a gap and changes nothing. */
  checkFigures(figure: (name: string) => number | null, nowMs: number): void {
    for (const rule of this.#rules.values()) {
      const value = figure(rule.threshold.metric)
      if (value !== null) this.#tell(rule.figure.check(rule.threshold, value, nowMs, 0), value)
      const staleMs = nowMs - Math.max(STALE_MS, rule.threshold.cooldown * 1000)
      for (const [series, state] of rule.series) {
        if (!state.isOlderThan(staleMs)) continue
        rule.series.delete(series)
        this.#tell(state.clear(nowMs))
      }
    }
  }

  #checkSeries(rule: Rule, series: MetricSeries, value: number, nowMs: number): void {
    let state = rule.series.get(series)
    if (state === undefined) {
      if (value <= rule.threshold.value) return
      const isLabelled = Object.keys(series.labels).length > 0
      state = new ThresholdState(this.#log, isLabelled ? series.labels : null)
      rule.series.set(series, state)
    }
    this.#tell(state.check(rule.threshold, value, nowMs, this.#intervalMs), value)
  }

  #tell(finding: Finding | null, value?: number): void {
    if (finding !== null) this.#handlers[finding.kind].call(finding.alert, value)
  }
}
