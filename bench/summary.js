/** From raw slices to the figures of the report. */
import { median, quantile } from './stats.js'

/** @typedef {{ name: string, generation: number, micros: number, bare: number, idle: { cpuMicros: number, wallMs: number } }} Slice */

/**
 * The figures of each variant of one cell (a framework on a Node version), by name.
 *
 * The machine has fast and slow spells, by what its neighbours do, and a difference in µs grows
 * with the spell it was taken in. The ratio to the bare slices next to it does not. So the extra
 * cost is the ratio of each pair, times the quiet level of bare.
 */
export function summarize(slices) {
  const byName = groupBy(slices, (slice) => slice.name)
  const quietBare = quiet(byName.get('bare'))
  // Not bare itself: its pauses are shorter, so the cost of being asked weighs more.
  const idleBare = idleOf(byName.get('bare-again'))
  const summaries = new Map()
  for (const [name, own] of byName) {
    const summary = { slices: own.length, quiet: quiet(own), idle: idleOf(own) - idleBare }
    summaries.set(name, name === 'bare' ? summary : { ...summary, ...extraOf(own, quietBare) })
  }
  return summaries
}

/**
 * The figures of each variant that was turned on and off, by name. Its own process is its bare.
 */
export function summarizePaired(slices) {
  const byName = groupBy(slices, (slice) => slice.name)
  return new Map(
    Array.from(byName, ([name, own]) => [
      name,
      extraOf(own, quiet(own.map(({ bare }) => ({ micros: bare })))),
    ]),
  )
}

/** The level that is reached when nobody disturbs: the lower quartile. */
function quiet(slices) {
  return quantile(
    slices.map((slice) => slice.micros),
    0.25,
  )
}

/** The percentage of a core that is used between the slices, while no request comes. */
function idleOf(slices) {
  const sum = (key) => slices.reduce((total, { idle }) => total + idle[key], 0)
  return (100 * sum('cpuMicros')) / (1000 * sum('wallMs'))
}

function extraOf(slices, quietBare) {
  const extras = slices.map(({ micros, bare }) => (micros / bare - 1) * quietBare)
  const generations = groupBy(extras, (extra, i) => slices[i].generation)
  const medians = [...generations.values()].map(median)
  return {
    extra: median(extras),
    lower: quantile(extras, 0.25),
    upper: quantile(extras, 0.75),
    leastGeneration: Math.min(...medians),
    mostGeneration: Math.max(...medians),
  }
}

/** Map.groupBy, which Node 20 does not have. */
function groupBy(values, keyOf) {
  const groups = new Map()
  values.forEach((value, i) => {
    const key = keyOf(value, i)
    if (groups.has(key)) groups.get(key).push(value)
    else groups.set(key, [value])
  })
  return groups
}
