import type { MetricSeries } from '../metrics/metric-store.ts'
import type { OpenAlert } from './alert.ts'
import type { AlertHandlers } from './alert-handlers.ts'
import type { AlertLog } from './alert-log.ts'
import { isRequestFigure } from './request-figures.ts'
import type { Threshold } from './threshold.ts'
import { ROUNDING_MS, ThresholdState } from './threshold-state.ts'

/**
 * An alert on a recorded metric ends when nothing was recorded for this long: a route that was slow
 * once and is never asked for again must not fire for ever. Prometheus calls that stale, too.
 */
const SERIES_STALE_MS = 300_000

/**
 * An alert on a figure ends when the figure was not known for this long, and for two intervals. Those
 * of requests look a minute back themselves: they are unknown when nobody has asked for so long, and
 * a probe that keeps traffic away until the alert is over would wait for ever.
 */
const FIGURE_STALE_MS = 60_000

/** Whom a rule tells. */
export interface HandlerPair {
  readonly exceeded: AlertHandlers
  readonly cleared: AlertHandlers
}

/**
 * The threshold of one metric, and where the sampled figure of that name and each recorded series
 * stand. Handlers are called at most once an interval for all of them together, with the worst.
 */
export class ThresholdRule {
  threshold: Threshold
  /** The metric had a value since the threshold was set. */
  hasValue = false
  readonly #log: AlertLog
  readonly #handlers: HandlerPair
  readonly #intervalMs: number
  readonly #figure: ThresholdState
  /** Only those that were above lately. */
  readonly #series = new Map<MetricSeries, ThresholdState>()
  #lastCallMs = -Infinity
  /** An alert that no handler was told of fires or did. */
  #isCallDue = false

  constructor(threshold: Threshold, log: AlertLog, handlers: HandlerPair, intervalMs: number) {
    this.threshold = threshold
    this.#log = log
    this.#handlers = handlers
    this.#intervalMs = intervalMs
    this.#figure = new ThresholdState(log, null)
  }

  /** Compares the figure of this name; `null` is a gap. */
  checkFigure(value: number | null, nowMs: number): void {
    if (value !== null) {
      this.hasValue = true
      this.#check(this.#figure, value, nowMs)
    }
    // Time in which nothing was known is not time above the threshold.
    else if (this.#figure.alert === null || isRequestFigure(this.threshold.metric)) {
      this.#clear(this.#figure, nowMs)
    }
  }

  /** Compares a value as it is recorded. */
  checkSeries(series: MetricSeries, value: number, nowMs: number): void {
    this.hasValue = true
    let state = this.#series.get(series)
    if (state === undefined) {
      if (value <= this.threshold.value) return
      const isLabelled = Object.keys(series.labels).length > 0
      state = new ThresholdState(this.#log, isLabelled ? series.labels : null)
      this.#series.set(series, state)
    }
    this.#check(state, value, nowMs)
  }

  /** Tells of what began to fire while handlers were to be left alone. */
  callIfDue(nowMs: number): void {
    if (this.#isCallDue) this.#call(nowMs)
  }

  /** Ends the alerts of what was not seen for long. */
  expire(nowMs: number): void {
    const figureStaleMs = Math.max(FIGURE_STALE_MS, 2 * this.#intervalMs)
    if (this.#figure.isOlderThan(nowMs - figureStaleMs)) this.#clear(this.#figure, nowMs)
    for (const [series, state] of this.#series) {
      if (!state.isOlderThan(nowMs - SERIES_STALE_MS)) continue
      this.#series.delete(series)
      this.#clear(state, nowMs)
    }
  }

  /** Ends all alerts. */
  clear(nowMs: number): void {
    for (const state of this.#states()) this.#clear(state, nowMs)
  }

  #check(state: ThresholdState, value: number, nowMs: number): void {
    const ended = state.check(this.threshold, value, nowMs, this.#intervalMs)
    if (ended !== null) this.#tellCleared(ended, nowMs, value)
    else if (state.alert !== null && value > this.threshold.value) {
      if (!state.alert.wasNotified) this.#isCallDue = true
      this.#call(nowMs)
    }
  }

  #clear(state: ThresholdState, nowMs: number): void {
    const ended = state.clear(nowMs)
    if (ended !== null) this.#tellCleared(ended, nowMs)
  }

  #call(nowMs: number): void {
    const gapMs = Math.max(this.#intervalMs, this.threshold.cooldown * 1000)
    if (nowMs - this.#lastCallMs < gapMs - ROUNDING_MS) return
    this.#isCallDue = false
    const worst = this.#worst()
    if (worst === null) return
    this.#lastCallMs = nowMs
    worst.wasNotified = true
    this.#handlers.exceeded.call(worst.snapshot())
  }

  /** Who was never told that an alert began is not told that it ended. */
  #tellCleared(alert: OpenAlert, nowMs: number, value?: number): void {
    if (alert.wasNotified) this.#handlers.cleared.call(alert.snapshot(nowMs), value)
  }

  /** The alert with the largest value above the threshold. */
  #worst(): OpenAlert | null {
    let worst: OpenAlert | null = null
    let most = this.threshold.value
    for (const { alert } of this.#states()) {
      if (alert?.value == null || alert.value <= most) continue
      worst = alert
      most = alert.value
    }
    return worst
  }

  *#states(): Generator<ThresholdState, void, undefined> {
    yield this.#figure
    yield* this.#series.values()
  }
}
