/**
 * The third mode: what the code costs that runs on a request's path. A variant's middleware or hooks
 * are turned on and off in one process, slice by slice, so that the figures are those of one layout
 * of code, and say more than those of the first mode on a machine that is not at rest. What is there on both
 * sides, the middleware itself and what is watched in the background, is not in them; the slices of
 * the first mode have all.
 */
import { AppHandle } from './app-handle.js'
import { SETTLE_MS, SLICE_REQUESTS, STEADY } from './slices.js'
import { mean } from './stats.js'

/** Variants that are nothing but middleware or hooks, of which the report has a row. */
const MEASURED = new Set(['floor', 'mtaio', 'mtaio-untraced', 'prom-client'])

const WARM_UP_SLICES = 20

/** @returns slices as those of the first mode; `bare` is the same process with its variant turned off. */
export async function measurePaired({ node, framework, variants, seconds, generations }) {
  const chosen = variants.filter(({ name }) => MEASURED.has(name))
  const each = seconds / chosen.length / generations
  const slices = []
  for (const { name } of chosen) {
    for (let generation = 0; generation < generations; generation++) {
      const app = await AppHandle.start([node, ...STEADY], framework, name, { hasSwitch: true })
      try {
        const pairs = await measureOne(app, each)
        slices.push(...pairs.map((pair) => ({ name, generation, ...pair })))
      } finally {
        await app.stop()
      }
    }
  }
  return slices
}

/** Of one process, the mean of two slices with the variant next to that of two without. */
async function measureOne(app, seconds) {
  for (let i = 0; i < WARM_UP_SLICES; i++) await slice(app, i % 2 === 0)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const pairs = []
  const end = Date.now() + seconds * 1000
  while (pairs.length === 0 || Date.now() < end) {
    const first = Math.random() < 0.5
    const [a, b, c, d] = [
      await slice(app, first),
      await slice(app, !first),
      await slice(app, !first),
      await slice(app, first),
    ]
    const [outer, inner] = [mean([a, d]), mean([b, c])]
    pairs.push(first ? { micros: outer, bare: inner } : { micros: inner, bare: outer })
  }
  return pairs
}

async function slice(app, on) {
  await app.ask('switch', { on })
  const { cpuMicros, requests } = await app.ask('load', { requests: SLICE_REQUESTS })
  return cpuMicros / requests
}
