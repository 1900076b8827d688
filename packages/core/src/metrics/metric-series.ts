import { WindowedHistogram } from './sliding-window.ts'

/** Names and values of labels. A series has them sorted by name, without a prototype. */
export type Labels = Readonly<Record<string, string>>

/** Told of each value as it is recorded. Must not throw. */
export type SeriesWatcher = (series: MetricSeries, value: number, nowMs: number) => void

/** What all series of a store count together. */
export interface RefusalCounter {
  refused: number
}

// A name that ends like this is a time span, and a negative one comes from a clock that was set.
const DURATION = /_(?:duration|seconds)$/

/**
 * One metric with one set of labels: its last value and the distribution of all. Who records often
 * keeps the series and never looks it up again.
 */
export class MetricSeries {
  readonly name: string
  readonly labels: Labels
  readonly values: WindowedHistogram = new WindowedHistogram()
  /** Set by the store for a metric that is watched. */
  watcher: SeriesWatcher | null
  readonly #refusals: RefusalCounter
  readonly #isDuration: boolean
  // NaN for "none": a field that is sometimes null would be boxed, allocating at each record.
  #last = NaN
  #lastMs = NaN

  constructor(
    name: string,
    labels: Labels,
    refusals: RefusalCounter,
    watcher: SeriesWatcher | null = null,
  ) {
    this.name = name
    this.labels = labels
    this.watcher = watcher
    this.#refusals = refusals
    this.#isDuration = DURATION.test(name)
  }

  /** The value recorded last; `null` when there is none. */
  get last(): number | null {
    return Number.isNaN(this.#last) ? null : this.#last
  }

  /** When that was, in monotonic milliseconds; `null` when there is none. */
  get lastMs(): number | null {
    return Number.isNaN(this.#lastMs) ? null : this.#lastMs
  }

  /**
   * Records a value.
   *
   * @returns false when it was refused and counted as such: NaN, ±Infinity, what is no number, and
   *   a negative duration (a name that ends in `_duration` or `_seconds`).
   */
  record(value: number, nowMs: number): boolean {
    // First whether it is a number: what is none may throw when it is compared.
    const isRefused = !Number.isFinite(value) || (this.#isDuration && value < 0)
    if (isRefused || !this.values.record(value, nowMs)) {
      this.#refusals.refused++
      return false
    }
    this.#keep(value, nowMs)
    return true
  }

  /**
   * The fast way: nothing is checked and nothing allocated.
   *
   * @param index `bucketIndex(value)`
   * @param value Finite and above 0.
   */
  recordAt(index: number, value: number, nowMs: number): void {
    this.values.recordAt(index, value, nowMs)
    this.#keep(value, nowMs)
  }

  #keep(value: number, nowMs: number): void {
    this.#last = value
    this.#lastMs = nowMs
    if (this.watcher !== null) this.watcher(this, value, nowMs)
  }
}
