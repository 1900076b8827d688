import type { HistoryDocument } from '@core/status/api-types.ts'

type Column = (number | null)[]

/** Seconds of history that the page holds; the widest range is an hour. */
const KEEP_SECONDS = 3600

/** Old rows are cut off this many at a time, since cutting moves all that is left. */
const TRIM_ROWS = 600

/** A pause in the samples of more than so many intervals is shown as a gap. */
const GAP_INTERVALS = 2.5

/** Two times that are closer than this are the same sample, read by stream and by poll. */
const SAME_SAMPLE_SECONDS = 0.001

/**
 * The columns of the history as the charts read them: `t` ascending, a gap is null. Where samples
 * are missing a row of nulls is put in, so that no line is drawn across.
 */
export class History {
  readonly #t: number[] = []
  readonly #columns = new Map<string, Column>()
  #interval = 1
  #cuts = 0

  /** Rows held, those of gaps among them. */
  get length(): number {
    return this.#t.length
  }

  /** Goes up when rows are taken out, after which an index means another row. */
  get cuts(): number {
    return this.#cuts
  }

  /** Seconds between samples, as seen. */
  get interval(): number {
    return this.#interval
  }

  /** Epoch seconds of the newest row; null when there is none. */
  get end(): number | null {
    return this.#t.at(-1) ?? null
  }

  get times(): readonly number[] {
    return this.#t
  }

  /** A column; undefined when no sample ever had it. */
  column(name: string): readonly (number | null)[] | undefined {
    return this.#columns.get(name)
  }

  /** Adds one sample; one that is not newer than the last is left out. */
  append(row: Readonly<Record<string, number | null>>): boolean {
    return this.#add(row['t'] ?? null, Object.keys(row), (name) => row[name] ?? null)
  }

  /** Takes what the server holds for the time that it covers and keeps what is older. */
  merge(document: HistoryDocument): void {
    const { t } = document
    const first = t[0]
    if (first === undefined) return
    this.#interval = medianStep(t) ?? this.#interval
    this.#cut(this.#t.findIndex((time) => time >= first - SAME_SAMPLE_SECONDS))
    const names = Object.keys(document)
    t.forEach((time, i) => this.#add(time, names, (name) => document[name]?.[i] ?? null))
  }

  /** The rows of a stretch of time, with one more on each side so that lines reach the edges. */
  bounds(from: number, to: number): readonly [first: number, end: number] {
    const first = this.#search(from)
    const end = this.#search(to)
    return [Math.max(0, first - 1), Math.min(this.length, end + 1)]
  }

  #add(
    time: number | null,
    names: readonly string[],
    value: (name: string) => number | null,
  ): boolean {
    if (time === null) return false
    const end = this.end
    if (end !== null) {
      if (time <= end) return false
      if (time - end > GAP_INTERVALS * this.#interval) this.#push(end + this.#interval, () => null)
    }
    for (const name of names) {
      if (name !== 't' && !this.#columns.has(name)) {
        this.#columns.set(name, new Array<number | null>(this.length).fill(null))
      }
    }
    this.#push(time, value)
    this.#trim()
    return true
  }

  #push(time: number, value: (name: string) => number | null): void {
    this.#t.push(time)
    for (const [name, column] of this.#columns) column.push(value(name))
  }

  /** The first row that is not before `time`. */
  #search(time: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#t[middle] ?? Infinity) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  #trim(): void {
    const oldest = (this.end ?? 0) - KEEP_SECONDS
    if ((this.#t[TRIM_ROWS] ?? Infinity) > oldest) return
    this.#cuts++
    this.#t.splice(0, TRIM_ROWS)
    for (const column of this.#columns.values()) column.splice(0, TRIM_ROWS)
  }

  #cut(from: number): void {
    if (from < 0) return
    this.#cuts++
    this.#t.length = from
    for (const column of this.#columns.values()) column.length = from
  }
}

function medianStep(t: readonly number[]): number | null {
  const recent = t.slice(-60)
  const steps = recent.slice(1).map((time, i) => time - (recent[i] ?? time))
  steps.sort((a, b) => a - b)
  return steps[steps.length >> 1] ?? null
}
