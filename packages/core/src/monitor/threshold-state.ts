import type { Labels } from '../metrics/metric-store.ts'
import { OpenAlert } from './alert.ts'
import type { Alert } from './alert.ts'
import type { AlertLog } from './alert-log.ts'
import type { Threshold } from './threshold.ts'

/** What a check found that handlers must be told. */
export interface Finding {
  readonly kind: 'exceeded' | 'cleared'
  readonly alert: Alert
}

// Ticks lie on a grid computed in floats: three of 1 s may be 2999.9999 ms apart.
const ROUNDING_MS = 0.5

/** Where one series stands against its threshold: below, above for too short a time, or firing. */
export class ThresholdState {
  readonly #log: AlertLog
  readonly #labels: Labels | null
  #aboveSinceMs: number | null = null
  #alert: OpenAlert | null = null
  #lastCallMs = -Infinity
  #lastSeenMs = -Infinity

  constructor(log: AlertLog, labels: Labels | null) {
    this.#log = log
    this.#labels = labels
  }

  /**
   * Compares a value.
   *
   * @param minGapMs Handlers are told again after this, while the value stays above.
   */
  check(threshold: Threshold, value: number, nowMs: number, minGapMs: number): Finding | null {
    this.#lastSeenMs = nowMs
    const alert = this.#alert
    if (value <= threshold.value) {
      if (alert === null) this.#aboveSinceMs = null
      else if (value <= threshold.clearBelow) return this.clear(nowMs)
      else alert.value = value
      return null
    }
    this.#aboveSinceMs ??= nowMs
    const mayCall = nowMs - this.#lastCallMs >= this.#gapMs(threshold, minGapMs) - ROUNDING_MS
    const isLongEnough = nowMs - this.#aboveSinceMs >= threshold.for * 1000 - ROUNDING_MS
    if (alert !== null) {
      alert.value = value
      alert.threshold = threshold.value
      return mayCall ? this.#notify(alert, nowMs) : null
    }
    if (!isLongEnough) return null
    // A value that goes up and down all the time raises one alert an interval, not a thousand.
    if (nowMs - this.#lastCallMs < minGapMs - ROUNDING_MS) return null
    this.#alert = new OpenAlert({
      metric: threshold.metric,
      labels: this.#labels,
      sinceMs: this.#aboveSinceMs,
      value,
      threshold: threshold.value,
    })
    this.#log.open(this.#alert)
    return mayCall ? this.#notify(this.#alert, nowMs) : null
  }

  /** Ends the alert, if there is one. */
  clear(nowMs: number): Finding | null {
    const alert = this.#alert
    this.#alert = null
    this.#aboveSinceMs = null
    if (alert === null) return null
    this.#log.close(alert, nowMs)
    return alert.wasNotified ? { kind: 'cleared', alert: alert.snapshot(nowMs) } : null
  }

  /** Whether a series was last compared before that time. */
  isOlderThan(timeMs: number): boolean {
    return this.#lastSeenMs < timeMs
  }

  #gapMs(threshold: Threshold, minGapMs: number): number {
    return Math.max(minGapMs, threshold.cooldown * 1000)
  }

  #notify(alert: OpenAlert, nowMs: number): Finding {
    this.#lastCallMs = nowMs
    alert.wasNotified = true
    return { kind: 'exceeded', alert: alert.snapshot() }
  }
}
