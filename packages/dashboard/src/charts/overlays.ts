import type uPlot from 'uplot'
import type { AlertDocument } from '@core/status/api-types.ts'
import { alerts } from '../state/alerts.ts'
import { shownRows } from '../state/frame.ts'
import { history } from '../state/live.ts'
import { colour } from './colours.ts'
import type { Figure } from './figure.ts'

/** Major collections nearer to each other than this are drawn as one line, in CSS pixels. */
const MIN_LINE_DISTANCE = 3

/** Lines nearer to each other than this on the whole would be a curtain: they are drawn fainter. */
const CURTAIN_PIXELS = 12

/** What is drawn below the lines: the times in which an alert fired. */
export function drawBelow(u: uPlot, figure: Figure): void {
  if (figure.metric === undefined) return
  const { firing, past } = alerts.value
  for (const alert of firing) shade(u, figure.metric, alert)
  for (const alert of past) shade(u, figure.metric, alert)
}

function shade(u: uPlot, metric: string, alert: AlertDocument): void {
  if (alert.metric !== metric) return
  const { left, top, width, height } = u.bbox
  const from = Math.max(left, u.valToPos(alert.since, 'x', true))
  const to = alert.until === null ? left + width : u.valToPos(alert.until, 'x', true)
  if (to < left || from > left + width) return
  u.ctx.fillStyle = colour('red', 0.1)
  u.ctx.fillRect(from, top, Math.max(1, Math.min(to, left + width) - from), height)
}

/** What is drawn above the lines: major collections, and the threshold. */
export function drawAbove(u: uPlot, figure: Figure): void {
  drawCollections(u)
  if (figure.metric !== undefined) drawThreshold(u, figure, figure.metric)
}

function drawCollections(u: uPlot): void {
  const majors = history.column('gc_major_count')
  if (majors === undefined) return
  const { times, edges } = shownRows()
  const { ctx, bbox } = u
  const ratio = devicePixelRatio
  let last = -Infinity
  let lines = 0
  ctx.save()
  ctx.beginPath()
  for (let i = 0; i < times.length; i++) {
    if (!someIn(majors, edges[i] ?? 0, edges[i + 1] ?? 0)) continue
    const x = Math.round(u.valToPos(times[i] ?? 0, 'x', true)) + 0.5
    if (x - last < MIN_LINE_DISTANCE * ratio || x < bbox.left || x > bbox.left + bbox.width)
      continue
    last = x
    lines++
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
  }
  const isCurtain = lines * CURTAIN_PIXELS * ratio > bbox.width
  ctx.strokeStyle = colour('violet', isCurtain ? 0.1 : 0.42)
  ctx.lineWidth = ratio
  ctx.stroke()
  ctx.restore()
}

function someIn(column: readonly (number | null)[], first: number, end: number): boolean {
  for (let row = first; row < end; row++) if ((column[row] ?? 0) > 0) return true
  return false
}

function drawThreshold(u: uPlot, figure: Figure, metric: string): void {
  const { ctx, bbox } = u
  for (const threshold of alerts.value.thresholds) {
    if (threshold.metric !== metric) continue
    const value = figure.fromMetric ? figure.fromMetric(threshold.value) : threshold.value
    const top = u.scales['y']?.max ?? 0
    if (value === null || value > top) continue
    const y = Math.round(u.valToPos(value, 'y', true)) + 0.5
    if (y > bbox.top + bbox.height) continue
    ctx.save()
    ctx.beginPath()
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.strokeStyle = colour('red', 0.7)
    ctx.lineWidth = devicePixelRatio
    ctx.stroke()
    ctx.restore()
  }
}
