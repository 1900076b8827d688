import { effect, signal } from '@preact/signals'
import uPlot from 'uplot'
import { alerts } from '../state/alerts.ts'
import { frame, pointed, shownRows } from '../state/frame.ts'
import { shownEnd } from '../state/live.ts'
import { go } from '../state/navigation.ts'
import { colours } from '../state/theme.ts'
import { colour } from './colours.ts'
import type { Figure, Line } from './figure.ts'
import { lineValues } from './figure.ts'
import { drawAbove, drawBelow } from './overlays.ts'
import { paintNever, paintSoon } from './painter.ts'
import {
  decadeMarks,
  decades,
  linearMarks,
  linearRange,
  markText,
  TIME_STEPS,
  clearOfTheEdge,
  timeSpace,
  timeTexts,
} from './scales.ts'

// Whole pixels: uPlot reads no others when it scales a font to the screen.
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
const Y_AXIS_WIDTH = 52
const X_AXIS_HEIGHT = 18
const MIN_SELECTED_PIXELS = 6

/** A chart on a canvas. It draws itself when its figures change and it can be seen. */
export class ChartView {
  readonly #figure: Figure
  readonly #host: HTMLElement
  readonly #plot: uPlot
  readonly #inView = signal(false)
  #isDrawn = false
  readonly #cleanups: (() => void)[] = []
  readonly #paint = (): void => this.#draw()

  constructor(host: HTMLElement, figure: Figure, height: number) {
    this.#host = host
    this.#figure = figure
    this.#plot = new uPlot(this.#options(host.clientWidth, height), this.#data(), host)
    this.#follow(height)
  }

  dispose(): void {
    paintNever(this.#paint)
    for (const cleanup of this.#cleanups) cleanup()
    this.#plot.destroy()
  }

  #follow(height: number): void {
    const sizes = new ResizeObserver(() => {
      const width = this.#host.clientWidth
      if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height })
    })
    sizes.observe(this.#host)
    const views = new IntersectionObserver(
      (entries) => {
        this.#inView.value = entries.at(-1)?.isIntersecting ?? false
      },
      { rootMargin: '80px' },
    )
    views.observe(this.#host)
    const stop = effect(() => {
      // Once out of view too: until then its axes are of nothing, and scrolling might show them.
      if (!this.#inView.value && (this.#isDrawn || shownEnd.value === 0)) return
      // Read here, so that a change of any of them draws anew.
      void [frame.value, alerts.value, colours.value]
      paintSoon(this.#paint)
    })
    this.#cleanups.push(
      () => sizes.disconnect(),
      () => views.disconnect(),
      stop,
    )
  }

  #draw(): void {
    this.#isDrawn = true
    const { from, to } = frame.peek()
    this.#plot.batch(() => {
      this.#plot.setData(this.#data(), false)
      this.#plot.setScale('x', { min: from, max: to })
    })
  }

  #data(): uPlot.AlignedData {
    const rows = shownRows()
    return [rows.times, ...this.#figure.lines.map((line) => lineValues(line, rows))]
  }

  #options(width: number, height: number): uPlot.Options {
    const figure = this.#figure
    const marks = figure.logarithmic === true ? decadeMarks : linearMarks
    return {
      width: Math.max(width, 1),
      height,
      padding: [6, 4, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 7 },
        drag: { x: true, y: false, setScale: false, dist: MIN_SELECTED_PIXELS },
        sync: { key: 'mtaio', scales: ['x', null] },
      },
      scales: {
        x: { time: true, auto: false, min: frame.peek().from, max: frame.peek().to },
        y:
          figure.logarithmic === true
            ? { distr: 3, range: decades }
            : { range: linearRange(figure) },
      },
      axes: [
        {
          ...quiet(),
          size: X_AXIS_HEIGHT,
          incrs: TIME_STEPS,
          space: timeSpace,
          gap: 4,
          filter: clearOfTheEdge,
          grid: { show: false },
          values: timeTexts,
        },
        {
          ...quiet(),
          size: Y_AXIS_WIDTH,
          gap: 6,
          splits: marks,
          filter: (_u, splits) => splits,
          values: (_u, values) => values.map((value) => markText(value, figure.unit)),
        },
      ],
      series: [{}, ...figure.lines.map(series)],
      hooks: {
        drawClear: [(u) => drawBelow(u, figure)],
        draw: [(u) => drawAbove(u, figure)],
        setCursor: [(u) => this.#onCursor(u)],
        setSelect: [(u) => this.#onSelect(u)],
      },
    }
  }

  #onCursor(u: uPlot): void {
    const index = u.cursor.idx
    pointed.value = index == null || (u.cursor.left ?? -1) < 0 ? null : index
  }

  #onSelect(u: uPlot): void {
    if (u.select.width < MIN_SELECTED_PIXELS) return
    const from = u.posToVal(u.select.left, 'x')
    const to = u.posToVal(u.select.left + u.select.width, 'x')
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    go({ selection: { from, to } })
  }
}

function quiet(): uPlot.Axis {
  return {
    font: FONT,
    stroke: () => colour('faint'),
    ticks: { show: false },
    grid: { stroke: () => colour('grid'), width: 1 },
    border: { show: false },
  }
}

function series(line: Line): uPlot.Series {
  return {
    label: line.label,
    scale: 'y',
    stroke: () => colour(line.colour),
    width: line.width ?? 1.5,
    ...(line.fill === true && { fill: () => colour(line.colour, 0.12) }),
    points: { show: true, size: 3, width: 0, fill: () => colour(line.colour), filter: alone },
  }
}

/** A value between two gaps has no line: without a point it would not be seen. */
function alone(u: uPlot, seriesIndex: number): number[] {
  const values = u.data[seriesIndex] ?? []
  const [first, last] = u.series[0]?.idxs ?? [0, -1]
  const found: number[] = []
  for (let i = first; i <= last; i++) {
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) found.push(i)
  }
  return found
}
