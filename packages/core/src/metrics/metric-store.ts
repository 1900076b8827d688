import { cutText, ownCopy } from '../cut-text.ts'
import { MtaioError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { Metric } from './metric.ts'
import { MetricSeries } from './metric-series.ts'
import type { RefusalCounter } from './metric-series.ts'
import { shown } from '../option-value.ts'

export { Metric } from './metric.ts'
export { MetricSeries } from './metric-series.ts'
export type { Labels } from './metric-series.ts'

/** The name, and the label values, of what falls over a cap. */
export const OTHER = '(other)'

/** What may be given as labels. `null` and `undefined` leave the label out. */
export type LabelsInput = Readonly<
  Record<string, string | number | boolean | bigint | null | undefined>
>

/** How often each cap of the store cut. */
export interface MetricCuts {
  readonly maxMetrics: number
  readonly maxSeriesPerMetric: number
  readonly maxSeries: number
  readonly maxLabelLength: number
}

/**
 * Named metrics with labelled series. All are capped: what falls over is recorded in the series
 * `(other)`, so that nothing grows for ever and totals stay exact.
 */
export class MetricStore {
  readonly #limits: Pick<Limits, keyof MetricCuts>
  readonly #metrics = new Map<string, Metric>()
  readonly #cuts = { maxMetrics: 0, maxSeriesPerMetric: 0, maxSeries: 0, maxLabelLength: 0 }
  readonly #refusals: RefusalCounter = { refused: 0 }
  readonly #beforeReading: (() => void)[] = []
  #seriesCount = 0
  #longestText = 0

  constructor(limits: Pick<Limits, keyof MetricCuts>) {
    this.#limits = limits
  }

  /** How many look-ups ended in `(other)`, and how many texts were shortened. */
  get cuts(): MetricCuts {
    return this.#cuts
  }

  /** Values refused: NaN, ±Infinity, what is no number, negative durations, names and labels that are none. */
  get refused(): number {
    return this.#refusals.refused
  }

  /** Names in use, without those that are reserved. */
  get metricCount(): number {
    let count = 0
    for (const { holders } of this.#metrics.values()) if (holders === 0) count++
    return count
  }

  /** Series of all metrics together. */
  get seriesCount(): number {
    return this.#seriesCount
  }

  /** Series of the metric that has most. */
  get largestMetric(): number {
    let largest = 0
    for (const metric of this.#metrics.values()) largest = Math.max(largest, metric.size)
    return largest
  }

  /** Characters of the longest name or label value seen so far, as it is kept. */
  get longestText(): number {
    return this.#longestText
  }

  /** Who records many values at once is told here to do it, before anybody reads. */
  beforeReading(settle: () => void): void {
    this.#beforeReading.push(settle)
  }

  /** The metrics that have a value, in the order in which they were first named. */
  *metrics(): Generator<Metric, void, undefined> {
    for (const settle of this.#beforeReading) settle()
    for (const metric of this.#metrics.values()) if (metric.size > 0) yield metric
  }

  get(name: string): Metric | undefined {
    for (const settle of this.#beforeReading) settle()
    return this.#metrics.get(this.#shorten(name))
  }

  /**
   * The series of a metric with these labels; it is made when there is none yet. Over a cap it is
   * the series `(other)`.
   *
   * @throws MtaioError `MTAIO_METRIC_INVALID` for a name that is no string or empty, and for labels
   *   that are not texts, numbers or booleans by name.
   */
  series(name: string, labels?: LabelsInput): MetricSeries {
    checkName(name)
    const entries = labels === undefined ? [] : this.#normalize(name, labels)
    const metric = this.#metric(name)
    const key = entries.length === 0 ? '' : JSON.stringify(entries)
    const known = metric.find(key)
    if (known !== undefined) return known
    if (this.#hasRoom(metric)) return this.#add(metric, key, entries)
    const other = metric.find(OTHER)
    return (
      other ??
      this.#add(
        metric,
        OTHER,
        entries.map(([label]) => [label, OTHER]),
      )
    )
  }

  /**
   * Records a value of an app, which may be anything.
   *
   * @returns why it was refused, and counted as such; null when it was recorded.
   */
  record(
    name: string,
    value: number,
    labels: LabelsInput | undefined,
    nowMs: number,
  ): string | null {
    try {
      if (this.series(name, labels).record(value, nowMs)) return null
    } catch (error) {
      this.#refusals.refused++
      return (error as Error).message
    }
    return (
      `A value of the metric ${name} was refused: ${shown(value)}. ` +
      'Record finite numbers, and no negative durations.'
    )
  }

  /**
   * The metric of this name, which does not count for the cap until it is released as often: for
   * names that the developer chose, such as those of thresholds.
   */
  reserve(name: string): Metric {
    const metric = this.#named(this.#shorten(name))
    metric.holders++
    return metric
  }

  /** Undoes one call of {@link MetricStore.reserve}. What nobody holds or has recorded is forgotten. */
  release(name: string): void {
    const metric = this.#metrics.get(this.#shorten(name))
    if (metric === undefined) return
    metric.holders--
    if (metric.holders === 0 && metric.size === 0) this.#metrics.delete(metric.name)
  }

  #metric(name: string): Metric {
    const known = this.#metrics.get(name)
    if (known !== undefined) return known
    if (name.length > this.#limits.maxLabelLength) return this.#metric(this.cut(name))
    if (this.metricCount < this.#limits.maxMetrics) return this.#named(name)
    this.#cuts.maxMetrics++
    return this.#named(OTHER)
  }

  #named(name: string): Metric {
    const known = this.#metrics.get(name)
    if (known !== undefined) return known
    const metric = new Metric(ownCopy(name))
    this.#metrics.set(metric.name, metric)
    return metric
  }

  /** For one more series; counts the cap that it would go over. */
  #hasRoom(metric: Metric): boolean {
    const { maxSeriesPerMetric, maxSeries } = this.#limits
    if (metric.size >= maxSeriesPerMetric) this.#cuts.maxSeriesPerMetric++
    else if (this.#seriesCount >= maxSeries) this.#cuts.maxSeries++
    else return true
    return false
  }

  #add(metric: Metric, key: string, entries: readonly LabelEntry[]): MetricSeries {
    const labels: Record<string, string> = Object.create(null)
    for (const [name, value] of entries) labels[ownCopy(name)] = ownCopy(value)
    for (const text of [metric.name, ...entries.flat()]) {
      this.#longestText = Math.max(this.#longestText, text.length)
    }
    const series = new MetricSeries(
      metric.name,
      Object.freeze(labels),
      this.#refusals,
      metric.watcher,
    )
    metric.add(key, series)
    this.#seriesCount++
    return series
  }

  #normalize(metric: string, labels: LabelsInput): LabelEntry[] {
    if (typeof labels !== 'object' || labels === null) {
      throw new MtaioError(
        'MTAIO_METRIC_INVALID',
        `The labels of ${metric} must be an object such as { queue: 'mail' }, not ${describe(labels)}.`,
      )
    }
    const entries: LabelEntry[] = []
    for (const [name, value] of Object.entries(labels)) {
      if (value === undefined || value === null) continue
      if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol') {
        throw new MtaioError(
          'MTAIO_METRIC_INVALID',
          `The label ${name} of ${metric} must be a text, a number or a boolean, not ${describe(value)}.`,
        )
      }
      entries.push([this.cut(name), this.cut(String(value))])
    }
    return entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  }

  /** Cuts a name or a label value to its cap, and counts it. */
  cut(text: string): string {
    if (text.length <= this.#limits.maxLabelLength) return text
    this.#cuts.maxLabelLength++
    return this.#shorten(text)
  }

  #shorten(text: string): string {
    const { maxLabelLength } = this.#limits
    // Not between the halves of a surrogate pair.
    const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(maxLabelLength - 1))
    return cutText(text, isSplit ? maxLabelLength - 1 : maxLabelLength)
  }
}

type LabelEntry = readonly [name: string, value: string]

function checkName(name: unknown): void {
  if (typeof name === 'string' && name !== '') return
  throw new MtaioError(
    'MTAIO_METRIC_INVALID',
    `The name of a metric must be a text that is not empty, not ${describe(name)}.`,
  )
}

function describe(value: unknown): string {
  return value === '' ? 'an empty one' : value === null ? 'null' : typeof value
}
