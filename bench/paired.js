/**
 * The third mode: what the code costs that runs on a request's path. A variant's middleware or hooks
 * are turned on and off in one process, slice by slice, so that the figures are those of one layout
 * of code: they are good to some 0.03 µs, also on a machine that is not at rest. What is there on both
 * sides, the middleware itself and what is watched in the background, is not in them; the slices of
 * the first mode have all.
 */
import { AppHandle } from './app-handle.js'
import { SLICE_REQUESTS, STEADY } from './slices.js'
import { quantile } from './stats.js'

/** Variants that are nothing but middleware or hooks, of which the report has a row. */
const MEASURED = new Set(['floor', 'mtaio', 'mtaio-untraced', 'prom-client'])

const WARM_UP_SLICES = 20
// mtaio decides at a tick after many requests whether its async context is needed.
const SETTLE_MS = 2500

/** @returns of each variant the differences of each generation, in µs per request. */
export async function measurePaired({ node, framework, variants, seconds, generations }) {
  const chosen = variants.filter(({ name }) => MEASURED.has(name))
  const each = seconds / chosen.length / generations
  const results = []
  for (const { name } of chosen) {
    const extras = []
    for (let left = generations; left > 0; left--) {
      extras.push(await measureOne([node, ...STEADY], framework, name, each))
    }
    results.push({ name, extras })
  }
  return results
}

/** The differences of one process: each of two slices with the variant and two without. */
async function measureOne(command, framework, name, seconds) {
  const app = await AppHandle.start(command, framework, `${name}?switch`)
  try {
    for (let i = 0; i < WARM_UP_SLICES; i++) await slice(app, i % 2 === 0)
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const pairs = []
    const end = Date.now() + seconds * 1000
    while (pairs.length === 0 || Date.now() < end) {
      const first = Math.random() < 0.5
      const outer = await slice(app, first)
      const inner = (await slice(app, !first)) + (await slice(app, !first))
      const both = outer + (await slice(app, first))
      pairs.push(first ? { on: both, off: inner } : { on: inner, off: both })
    }
    // As in summary.js: of each pair the ratio, times the quiet level without the variant.
    const quiet = quantile(
      pairs.map(({ off }) => off / 2),
      0.25,
    )
    return pairs.map(({ on, off }) => (on / off - 1) * quiet)
  } finally {
    await app.stop()
  }
}

async function slice(app, on) {
  await app.ask('switch', { on })
  const { cpuMicros, requests } = await app.ask('load', { requests: SLICE_REQUESTS })
  return cpuMicros / requests
}
