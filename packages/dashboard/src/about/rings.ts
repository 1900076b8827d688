import type { LimitFigures } from '@core/limits.ts'

/** Limits of lists in which the oldest gives way: that they cut is how they are meant. */
const RINGS: ReadonlySet<string> = new Set(['maxRecent', 'maxSlowest', 'maxTraces', 'maxAlerts'])

/** A limit that cut what should have been counted or kept. */
export function isCutting(name: string, { cut }: LimitFigures): boolean {
  return cut > 0 && !RINGS.has(name)
}
