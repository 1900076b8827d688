import type { Distribution, FamilyType, FormatWriter } from './format.ts'
import { escapeHelp } from './names.ts'
import type { SeriesLabels } from './names.ts'
import { Pieces } from './pieces.ts'

/** Writes the text format, or OpenMetrics; they differ in a counter's name and an unknown type's. */
export class TextWriter implements FormatWriter {
  readonly #isOpen: boolean
  readonly #out = new Pieces('utf8')
  #name = ''
  /** The name of a sample that is one value. */
  #sample = ''
  #bounds: readonly number[] = []
  /** The end of a bucket's labels, for each of `#bounds`. */
  #ends: readonly string[] = []

  constructor(format: 'text' | 'openmetrics') {
    this.#isOpen = format === 'openmetrics'
  }

  begin(name: string, type: FamilyType, help: string): void {
    this.#name = name
    this.#sample = type === 'counter' ? `${name}_total` : name
    const shown = this.#isOpen ? name : this.#sample
    const shownType = type === 'unknown' && !this.#isOpen ? 'untyped' : type
    this.#out.add(`# HELP ${shown} ${escapeHelp(help)}\n# TYPE ${shown} ${shownType}\n`)
  }

  value({ text }: SeriesLabels, value: number): void {
    this.#out.add(`${this.#sample}${braces(text)} ${number(value)}\n`)
  }

  histogram({ text }: SeriesLabels, from: Distribution, bounds: readonly number[]): void {
    this.#setBounds(bounds)
    const start = `${this.#name}_bucket{${text}${text === '' ? '' : ','}`
    const counts = from.cumulative(bounds)
    let lines = ''
    for (let i = 0; i < counts.length; i++) lines += `${start}${this.#ends[i]!}${counts[i]!}\n`
    this.#out.add(`${lines}${start}le="+Inf"} ${from.count}\n`)
    this.#sumAndCount(text, from.sum, from.count)
  }

  summary(
    { text }: SeriesLabels,
    sum: number,
    count: number,
    quantiles: readonly (readonly [quantile: number, value: number | null])[],
  ): void {
    const start = `${this.#name}{${text}${text === '' ? '' : ','}`
    for (const [quantile, value] of quantiles) {
      // NaN is what a summary says for a quantile of nothing.
      this.#out.add(`${start}quantile="${quantile}"} ${number(value ?? NaN)}\n`)
    }
    this.#sumAndCount(text, sum, count)
  }

  end(): readonly Buffer[] {
    if (this.#isOpen) this.#out.add('# EOF\n')
    return this.#out.end()
  }

  #sumAndCount(text: string, sum: number, count: number): void {
    const set = braces(text)
    this.#out.add(`${this.#name}_sum${set} ${number(sum)}\n${this.#name}_count${set} ${count}\n`)
  }

  /** Writing a float takes longer than all else of its line, and all series have the same bounds. */
  #setBounds(bounds: readonly number[]): void {
    if (bounds === this.#bounds) return
    this.#bounds = bounds
    this.#ends = bounds.map((bound) => `le="${number(bound)}"} `)
  }
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function number(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}
