import type { Unit } from '../format/unit.ts'
import { history } from '../state/live.ts'
import type { ColourName } from './colours.ts'
import type { Rows } from './rows.ts'

/** One line of a chart. */
export interface Line {
  /** The column of the history. */
  readonly column: string
  readonly label: string
  readonly colour: ColourName
  readonly fill?: boolean
  readonly width?: number
  /** The column counts per interval; the line is per second. */
  readonly perSecond?: boolean
  /** Multiplies the values; 100 turns a share into percent. */
  readonly times?: number
  /** Of several samples in one point the largest is shown, and not their mean. */
  readonly peak?: boolean
}

/** What a chart shows and how. */
export interface Figure {
  readonly id: string
  readonly title: string
  /** What is measured, in a sentence; shown as a hint and read to those who do not see the chart. */
  readonly hint: string
  readonly unit: Unit
  /** Drawn in this order, the last one on top. */
  readonly lines: readonly Line[]
  /** Which of the lines the number of the card is of; the first unless said. */
  readonly lead?: number
  /** The scale's upper end, where it has one; else it follows the values. */
  readonly top?: number
  /** Decades instead of steps, for what spans several of them. */
  readonly logarithmic?: boolean
  /** Only whole numbers make sense on the axis. */
  readonly whole?: boolean
  /** The metric whose threshold and alerts belong to this chart. */
  readonly metric?: string
  /** From a threshold of that metric to a value of this chart, where they differ. */
  readonly fromMetric?: (threshold: number) => number | null
}

/** The values of a line, one a point. */
export function lineValues(line: Line, { times, edges }: Rows): (number | null)[] {
  const column = history.column(line.column)
  if (column === undefined) return new Array<null>(times.length).fill(null)
  return times.map((_, i) => valueOf(line, column, edges[i] ?? 0, edges[i + 1] ?? 0))
}

/** The value of a line in one point; null when nothing was measured. */
export function pointValue(line: Line, first: number, end: number): number | null {
  const column = history.column(line.column)
  return column === undefined ? null : valueOf(line, column, first, end)
}

function valueOf(
  line: Line,
  column: readonly (number | null)[],
  first: number,
  end: number,
): number | null {
  let sum = 0
  let peak = -Infinity
  let known = 0
  for (let row = first; row < end; row++) {
    const raw = column[row]
    if (raw == null) continue
    const value = line.perSecond === true ? raw / secondsOf(row) : raw
    sum += value
    if (value > peak) peak = value
    known++
  }
  if (known === 0) return null
  return (line.peak === true ? peak : sum / known) * (line.times ?? 1)
}

/** How long the interval was that a sample counted in. */
function secondsOf(row: number): number {
  const end = history.times[row]
  const begin = history.times[row - 1]
  return end === undefined || begin === undefined ? history.interval : end - begin
}
