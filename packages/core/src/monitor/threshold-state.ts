import type { Labels } from '../metrics/metric-store.ts'
import { OpenAlert } from './alert.ts'
import type { AlertLog } from './alert-log.ts'
import type { Threshold } from './threshold.ts'

/** Ticks lie on a grid computed in floats: three of 1 s may be 2999.9999 ms apart. */
export const ROUNDING_MS = 0.5

/** Where one series stands against its threshold: below, above for too short a time, or firing. */
export class ThresholdState {
  readonly #log: AlertLog
  readonly #labels: Labels | null
  #aboveSinceMs: number | null = null
  #alert: OpenAlert | null = null
  #lastOpenedMs = -Infinity
  #lastSeenMs = -Infinity

  constructor(log: AlertLog, labels: Labels | null) {
    this.#log = log
    this.#labels = labels
  }

  /** The alert that fires; `null` when there is none. */
  get alert(): OpenAlert | null {
    return this.#alert
  }

  /**
   * Compares a value.
   *
   * @param minGapMs A value that goes up and down all the time raises one alert in so long.
   * @returns the alert that the value ended, if there was one.
   */
  check(threshold: Threshold, value: number, nowMs: number, minGapMs: number): OpenAlert | null {
    this.#lastSeenMs = nowMs
    const alert = this.#alert
    if (value <= threshold.value) {
      if (alert === null) this.#aboveSinceMs = null
      else if (value <= threshold.clearBelow) return this.clear(nowMs)
      else alert.value = value
      return null
    }
    this.#aboveSinceMs ??= nowMs
    if (alert !== null) {
      alert.value = value
      alert.threshold = threshold.value
      return null
    }
    const isLongEnough = nowMs - this.#aboveSinceMs >= threshold.for * 1000 - ROUNDING_MS
    if (!isLongEnough || nowMs - this.#lastOpenedMs < minGapMs - ROUNDING_MS) return null
    this.#lastOpenedMs = nowMs
    this.#alert = new OpenAlert({
      metric: threshold.metric,
      labels: this.#labels,
      sinceMs: this.#aboveSinceMs,
      value,
      threshold: threshold.value,
    })
    this.#log.open(this.#alert)
    return null
  }

  /** Ends the alert. @returns it, if there was one. */
  clear(nowMs: number): OpenAlert | null {
    const alert = this.#alert
    this.#alert = null
    this.#aboveSinceMs = null
    if (alert !== null) this.#log.close(alert, nowMs)
    return alert
  }

  /** Whether a series was last compared before that time. */
  isOlderThan(timeMs: number): boolean {
    return this.#lastSeenMs < timeMs
  }
}
