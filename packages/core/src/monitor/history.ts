import { clock } from '../clock.ts'
import { RUNTIME_FIGURES, sampleFrom, SYSTEM_FIGURES } from './figures.ts'
import type { HistorySample } from './figures.ts'

/** One array per figure, all of one length; `t` (epoch seconds) first; a gap is null. */
export interface HistoryColumns {
  readonly t: readonly number[]
  readonly [figure: string]: readonly (number | null)[]
}

/** A stretch of the history, both ends included. Default: all. */
export interface HistoryRange {
  /** Monotonic milliseconds. */
  readonly startMs?: number
  /** Monotonic milliseconds. */
  readonly endMs?: number
  /** The last so many seconds up to now. */
  readonly seconds?: number
}

// Epoch seconds have a quarter of a microsecond as their least step. A timestamp that was read from
// here and is given back must find its sample.
const ROUNDING_MS = 0.001

/**
 * The last samples, in one preallocated column per figure: 8 bytes a figure and sample. Times are
 * monotonic and turned into epoch seconds when they are read, so they rise even if a clock is set.
 */
export class History {
  /** How many samples are kept. */
  readonly capacity: number
  readonly #times: Float64Array
  readonly #columns = new Map<string, Float64Array>()
  #size = 0
  #row = -1

  /** @param capacity A whole number of at least 1. */
  constructor(capacity: number) {
    this.capacity = capacity
    this.#times = new Float64Array(capacity)
    for (const name of Object.keys(SYSTEM_FIGURES)) this.addColumn(name)
    for (const name of Object.keys(RUNTIME_FIGURES)) this.addColumn(name)
  }

  /** How many samples there are. */
  get size(): number {
    return this.#size
  }

  /** What the columns hold, in bytes. */
  get byteLength(): number {
    return (this.#columns.size + 1) * this.#times.byteLength
  }

  has(name: string): boolean {
    return this.#columns.has(name)
  }

  addColumn(name: string): void {
    const column = new Float64Array(this.capacity)
    // Only rows that exist are read. Filling all would touch memory that may never be needed.
    column.fill(NaN, 0, this.#size)
    this.#columns.set(name, column)
  }

  removeColumn(name: string): void {
    this.#columns.delete(name)
  }

  /** Begins a row in which every figure is a gap. */
  append(timeMs: number): void {
    this.#row = (this.#row + 1) % this.capacity
    this.#size = Math.min(this.#size + 1, this.capacity)
    this.#times[this.#row] = timeMs
    for (const column of this.#columns.values()) column[this.#row] = NaN
  }

  /** Sets a figure of the newest row; what is no finite number is a gap. */
  set(name: string, value: number | null): void {
    const column = this.#columns.get(name)
    if (column !== undefined && this.#size > 0 && Number.isFinite(value)) column[this.#row] = value!
  }

  /** A figure of the newest row; `null` for a gap, an unknown figure, or an empty history. */
  latest(name: string): number | null {
    return this.#size === 0 ? null : at(this.#columns.get(name), this.#row)
  }

  /** The newest row by figure, `t` (epoch seconds) first; `null` while there is none. */
  lastRow(): Readonly<Record<string, number | null>> | null {
    if (this.#size === 0) return null
    const row: Record<string, number | null> = Object.create(null)
    row['t'] = clock.toEpochSeconds(this.#times[this.#row]!)
    for (const [name, column] of this.#columns) row[name] = at(column, this.#row)
    return row
  }

  /** The samples of the system and the runtime, the oldest first. */
  samples(range: HistoryRange = {}): HistorySample[] {
    return this.#rows(range).map((row) =>
      sampleFrom(clock.toEpochSeconds(this.#times[row]!), (name) =>
        at(this.#columns.get(name), row),
      ),
    )
  }

  /** All figures, the oldest row first. */
  columns(range: HistoryRange = {}): HistoryColumns {
    const rows = this.#rows(range)
    const columns: Record<string, (number | null)[]> = Object.create(null)
    columns['t'] = rows.map((row) => clock.toEpochSeconds(this.#times[row]!))
    for (const [name, column] of this.#columns) columns[name] = rows.map((row) => at(column, row))
    return columns as unknown as HistoryColumns
  }

  #rows({ startMs = -Infinity, endMs = Infinity, seconds = Infinity }: HistoryRange): number[] {
    const rows: number[] = []
    const fromMs = Math.max(startMs, clock.now() - seconds * 1000) - ROUNDING_MS
    const toMs = endMs + ROUNDING_MS
    for (let i = this.#size - 1; i >= 0; i--) {
      const row = (this.#row - i + this.capacity) % this.capacity
      const timeMs = this.#times[row]!
      if (timeMs >= fromMs && timeMs <= toMs) rows.push(row)
    }
    return rows
  }
}

function at(column: Float64Array | undefined, row: number): number | null {
  const value = column?.[row]
  return value === undefined || Number.isNaN(value) ? null : value
}
