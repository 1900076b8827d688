import { bytes } from './bytes.ts'
import { duration } from './duration.ts'
import { count, digits, NONE, percent, rate } from './number.ts'

/** What a figure counts; says how it is written. */
export type Unit = 'seconds' | 'percent' | 'bytes' | 'bytes/s' | 'req/s' | 'number'

/** Writes a figure with its unit. */
export function write(value: number | null | undefined, unit: Unit): string {
  if (value == null) return NONE
  switch (unit) {
    case 'seconds':
      return duration(value)
    case 'percent':
      return percent(value)
    case 'bytes':
      return bytes(value)
    case 'bytes/s':
      return `${bytes(value)}/s`
    case 'req/s':
      return `${rate(value)} req/s`
    case 'number':
      return Math.abs(value) >= 1e6 ? count(value) : digits(value)
  }
}

/** A figure apart from its unit, so that the unit can be set smaller: ['84', 'ms']. */
export function split(value: number | null | undefined, unit: Unit): readonly [string, string] {
  if (value == null) return [NONE, '']
  const text = write(value, unit)
  const at = text.search(/[\u00a0 ]/)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** The unit of the metrics that a threshold can be set on from the start. */
const KNOWN: Readonly<Record<string, Unit>> = {
  cpu_usage: 'percent',
  memory_usage: 'percent',
  heap_usage: 'percent',
  event_loop_utilization: 'percent',
  event_loop_delay: 'seconds',
  error_rate: 'percent',
  response_time: 'seconds',
}

/** How the names of metrics end that have a unit, as is usual for Prometheus. */
const ENDINGS: readonly (readonly [ending: RegExp, unit: Unit])[] = [
  [/_(?:seconds|duration)$/, 'seconds'],
  [/_bytes$/, 'bytes'],
  [/_percent$/, 'percent'],
]

/** The unit of a metric, as far as its name says it. */
export function unitOf(metric: string): Unit {
  if (Object.hasOwn(KNOWN, metric)) return KNOWN[metric] ?? 'number'
  return ENDINGS.find(([ending]) => ending.test(metric))?.[1] ?? 'number'
}
