import type { MetricStore } from '../metrics/metric-store.ts'
import type { AlertLog } from './alert-log.ts'
import type { Threshold, WatchedThreshold } from './threshold.ts'
import { ThresholdRule } from './threshold-rule.ts'
import type { HandlerPair } from './threshold-rule.ts'

/**
 * The thresholds in force. Sampled figures are compared at each tick, recorded metrics as they are
 * recorded, whoever records them.
 */
export class Thresholds {
  readonly #store: MetricStore
  readonly #log: AlertLog
  readonly #handlers: HandlerPair
  readonly #intervalMs: number
  readonly #rules = new Map<string, ThresholdRule>()
  #expireAtMs = -Infinity

  constructor(store: MetricStore, log: AlertLog, handlers: HandlerPair, intervalMs: number) {
    this.#store = store
    this.#log = log
    this.#handlers = handlers
    this.#intervalMs = intervalMs
  }

  list(): WatchedThreshold[] {
    return Array.from(this.#rules.values(), ({ threshold, hasValue }) => ({
      ...threshold,
      hasValue,
    }))
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
    const rule = new ThresholdRule(threshold, this.#log, this.#handlers, this.#intervalMs)
    this.#rules.set(threshold.metric, rule)
    this.#store.reserve(threshold.metric).watch((series, value, nowMs) => {
      // On a monitor that does not run there is no tick that would do it.
      if (nowMs >= this.#expireAtMs) this.expire(nowMs)
      rule.checkSeries(series, value, nowMs)
    })
  }

  /** Takes one away; its alerts end. */
  remove(metric: string, nowMs: number): boolean {
    const rule = this.#rules.get(metric)
    if (rule === undefined) return false
    this.#rules.delete(metric)
    this.#store.get(metric)?.watch(null)
    this.#store.release(metric)
    rule.clear(nowMs)
    return true
  }

  /** Compares the figures of a tick; `null` is a gap. */
  checkFigures(figure: (name: string) => number | null, nowMs: number): void {
    for (const [metric, rule] of this.#rules) {
      rule.checkFigure(figure(metric), nowMs)
      rule.callIfDue(nowMs)
    }
    this.expire(nowMs)
  }

  /** Compares one figure between ticks. It is read only if it has a threshold. */
  checkFigure(metric: string, read: () => number | null, nowMs: number): void {
    this.#rules.get(metric)?.checkFigure(read(), nowMs)
  }

  /** Ends the alerts of what was not known or recorded for long. */
  expire(nowMs: number): void {
    this.#expireAtMs = nowMs + this.#intervalMs
    for (const rule of this.#rules.values()) rule.expire(nowMs)
  }
}
