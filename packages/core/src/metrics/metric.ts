import type { MetricSeries, SeriesWatcher } from './metric-series.ts'

/** All series of one name. */
export class Metric {
  readonly name: string
  /** How many want it whatever the cap is; for the store. */
  holders = 0
  readonly #series = new Map<string, MetricSeries>()
  #watcher: SeriesWatcher | null = null

  constructor(name: string) {
    this.name = name
  }

  get size(): number {
    return this.#series.size
  }

  /** In the order in which they were first recorded. */
  series(): IterableIterator<MetricSeries> {
    return this.#series.values()
  }

  /** The series that was recorded last, whatever its labels; `null` when there is none. */
  get latest(): MetricSeries | null {
    let latest: MetricSeries | null = null
    for (const series of this.#series.values()) {
      if ((series.lastMs ?? -1) >= (latest?.lastMs ?? -1)) latest = series
    }
    return latest
  }

  get watcher(): SeriesWatcher | null {
    return this.#watcher
  }

  /** Lets somebody see each value of this metric as it is recorded, or, with `null`, nobody. */
  watch(watcher: SeriesWatcher | null): void {
    this.#watcher = watcher
    for (const series of this.#series.values()) series.watcher = watcher
  }

  /** For the store. */
  find(key: string): MetricSeries | undefined {
    return this.#series.get(key)
  }

  /** For the store. */
  add(key: string, series: MetricSeries): void {
    this.#series.set(key, series)
  }
}
