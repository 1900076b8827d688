import { clock } from '../clock.ts'
import { ownCopy } from '../cut-text.ts'
import type { Labels } from '../metrics/metric-store.ts'

/** An alert as it stood when it was asked for. */
export interface Alert {
  readonly id: string
  /** The name of the metric; `alert` for one that was raised by a message alone. */
  readonly metric: string
  /** The labels of the series, for a metric that was recorded with some. */
  readonly labels: Labels | null
  readonly state: 'firing' | 'cleared'
  /** The value at the last check while it fired; `null` when none was given. */
  readonly value: number | null
  /** `null` for an alert raised by hand on a metric without a threshold. */
  readonly threshold: number | null
  /** Since when the value is above, in epoch seconds. */
  readonly since: number
  /** Epoch seconds; `null` while it fires. */
  readonly until: number | null
  /** Said by `monitor.alert(message)`, else `null`. */
  readonly message: string | null
}

let lastId = 0

/** An alert in the making: what a threshold updates while it fires. */
export class OpenAlert {
  readonly id: string = String(++lastId)
  readonly metric: string
  readonly labels: Labels | null
  readonly message: string | null
  readonly sinceMs: number
  value: number | null
  threshold: number | null
  /** Whether handlers were told; only then are they told that it cleared. */
  wasNotified = false

  constructor(given: {
    metric: string
    labels: Labels | null
    sinceMs: number
    value: number | null
    threshold: number | null
    message?: string
  }) {
    this.metric = ownCopy(given.metric)
    this.labels = given.labels
    this.message = given.message === undefined ? null : ownCopy(given.message)
    this.sinceMs = given.sinceMs
    this.value = given.value
    this.threshold = given.threshold
  }

  /** @param untilMs When it cleared; left out while it fires. */
  snapshot(untilMs?: number): Alert {
    return {
      id: this.id,
      metric: this.metric,
      labels: this.labels,
      state: untilMs === undefined ? 'firing' : 'cleared',
      value: this.value,
      threshold: this.threshold,
      since: clock.toEpochSeconds(this.sinceMs),
      until: untilMs === undefined ? null : clock.toEpochSeconds(untilMs),
      message: this.message,
    }
  }
}
