import type uPlot from 'uplot'
import { bytes } from '../format/bytes.ts'
import { duration } from '../format/duration.ts'
import { percent, short } from '../format/number.ts'
import type { Unit } from '../format/unit.ts'
import type { Figure } from './figure.ts'

/** Room above the highest value, so that a line does not touch the edge below 100 %. */
const HEADROOM = 1.12

/** A scale that begins at 0 and ends at a round figure above the highest value. */
export function linearRange(
  figure: Figure,
): (u: uPlot, min: number, max: number) => uPlot.Range.MinMax {
  return (_u, _min, max) => [0, topOf(figure, max)]
}

function topOf(figure: Figure, max: number): number {
  if (figure.top !== undefined) return figure.top
  const top = roundUp(max > 0 ? max * HEADROOM : smallest(figure.unit), figure.unit)
  if (figure.unit === 'percent') return Math.min(100, top)
  // The middle has a mark too: an even top keeps it whole.
  return figure.whole === true ? Math.max(2, Math.ceil(top / 2) * 2) : top
}

/** The top of a scale on which all is 0. */
function smallest(unit: Unit): number {
  if (unit === 'bytes' || unit === 'bytes/s') return 1024
  return unit === 'seconds' ? 0.001 : 1
}

/** Whole decades; at least two, so that the axis says something. */
export function decades(_u: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min == null || max == null || min <= 0) return [0.001, 0.1]
  const low = Math.floor(Math.log10(min))
  const high = Math.max(low + 2, Math.ceil(Math.log10(max)))
  return [10 ** low, 10 ** high]
}

/** Marks at 0, the middle and the top. */
export function linearMarks(_u: uPlot, _axis: number, _min: number, max: number): number[] {
  return [0, max / 2, max]
}

/** A mark a decade, every second one when there are many. */
export function decadeMarks(_u: uPlot, _axis: number, min: number, max: number): number[] {
  const low = Math.round(Math.log10(min))
  const high = Math.round(Math.log10(max))
  const step = high - low > 4 ? 2 : 1
  const marks: number[] = []
  for (let power = low; power <= high; power += step) marks.push(10 ** power)
  return marks
}

/** How marks are written: short, with their unit. */
export function markText(value: number, unit: Unit): string {
  if (value === 0) return '0'
  switch (unit) {
    case 'seconds':
      return duration(value)
    case 'percent':
      return percent(value)
    case 'bytes':
    case 'bytes/s':
      return bytes(value)
    case 'req/s':
    case 'number':
      return short(value)
  }
}

const DECIMAL = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10] as const
const BINARY = [
  1, 2, 4, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024,
] as const

/** The next figure whose half is round too, since the middle has a mark. */
export function roundUp(value: number, unit: Unit): number {
  const isBytes = unit === 'bytes' || unit === 'bytes/s'
  const base = isBytes ? 1024 : 10
  const steps = isBytes ? BINARY : DECIMAL
  const power = base ** Math.floor(Math.log(value) / Math.log(base))
  return (steps.find((step) => step * power >= value * 0.999_999) ?? base) * power
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const CLOCK_SECONDS = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** Seconds between marks of the time axis. */
export const TIME_STEPS: number[] = [1, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600]

/** Times of the day; with seconds only where marks are less than a minute apart. */
export function timeTexts(
  _u: uPlot,
  marks: (number | null)[],
  _axis: number,
  _space: number,
  step: number,
): (string | null)[] {
  const format = step < 60 ? CLOCK_SECONDS : CLOCK
  return marks.map((mark) => (mark === null ? null : format.format(mark * 1000)))
}

/** Below so many seconds marks have seconds. */
const WITH_SECONDS = 240

/** Room that a mark of the time axis needs, in CSS pixels. */
export function timeSpace(_u: uPlot, _axis: number, min: number, max: number): number {
  return max - min < WITH_SECONDS ? 60 : 40
}

/** Half the width of a mark's text, in CSS pixels: of 12:04, and of 12:04:31. */
const HALF_TEXT = 17
const HALF_TEXT_SECONDS = 26

/** Leaves out what would be cut off at the right edge, or run into the marks of the other axis. */
export function clearOfTheEdge(
  u: uPlot,
  marks: number[],
  _axis: number,
  _space: number,
  step: number,
): (number | null)[] {
  const half = step < 60 ? HALF_TEXT_SECONDS : HALF_TEXT
  const last = u.width - u.bbox.left / devicePixelRatio - half
  return marks.map((mark) => {
    const x = u.valToPos(mark, 'x')
    return x > last || x < half ? null : mark
  })
}
