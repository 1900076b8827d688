import type { Distribution, FamilyType, Format, FormatWriter } from './format.ts'
import { metricName, seriesLabels } from './names.ts'
import type { Labels, SeriesLabels } from './names.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { TextWriter } from './text-writer.ts'

/** The suffixes under which samples of a family appear, which no other family may use. */
const SUFFIXES: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  unknown: [''],
  histogram: ['', '_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
}

/**
 * An exposition that any parser takes, whatever the names are: names are made valid and unique, and
 * of two series that have become the same the first stays.
 */
export class Exposition {
  readonly #writer: FormatWriter
  readonly #taken = new Set<string>()

  constructor(format: Format) {
    this.#writer = format === 'protobuf' ? new ProtobufWriter() : new TextWriter(format)
  }

  /**
   * Begins a family; the one before can be written to no longer. `name` is without `_total`. A name
   * that is taken gets a number at its end.
   */
  family(name: string, type: FamilyType, help: string): Family {
    const valid = metricName(name)
    let unique = valid
    for (let i = 2; this.#isTaken(unique, type); i++) unique = `${valid}_${i}`
    for (const suffix of SUFFIXES[type]) this.#taken.add(unique + suffix)
    this.#taken.add(unique)
    this.#writer.begin(unique, type, help)
    return new Family(this.#writer)
  }

  /** All of it, in pieces. */
  end(): readonly Buffer[] {
    return this.#writer.end()
  }

  #isTaken(name: string, type: FamilyType): boolean {
    return this.#taken.has(name) || SUFFIXES[type].some((suffix) => this.#taken.has(name + suffix))
  }
}

/** The series of one name. */
class Family {
  readonly #writer: FormatWriter
  readonly #seen = new Set<string>()

  constructor(writer: FormatWriter) {
    this.#writer = writer
  }

  /** A counter, a gauge or an unknown. A value that is not known writes nothing. */
  value(value: number | null | undefined, labels?: Labels): this {
    if (value === null || value === undefined) return this
    const series = seriesLabels(labels)
    if (this.#isNew(series)) this.#writer.value(series, value)
    return this
  }

  histogram(distribution: Distribution, bounds: readonly number[], labels?: Labels): this {
    const series = seriesLabels(labels)
    if (this.#isNew(series)) this.#writer.histogram(series, distribution, bounds)
    return this
  }

  summary(
    sum: number,
    count: number,
    quantiles: readonly (readonly [quantile: number, value: number | null])[],
    labels?: Labels,
  ): this {
    const series = seriesLabels(labels)
    if (this.#isNew(series)) this.#writer.summary(series, sum, count, quantiles)
    return this
  }

  #isNew({ text }: SeriesLabels): boolean {
    if (this.#seen.has(text)) return false
    this.#seen.add(text)
    return true
  }
}

export type { Family }
