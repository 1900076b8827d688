/**
 * The first mode: CPU per request without a network. All variants are up at once, each in its own
 * process, and are loaded one at a time in short slices in a random order, with a slice of bare
 * after every second. What disturbs the machine for longer than a slice so falls on both sides of
 * a difference.
 */
import { AppHandle } from './app-handle.js'
import { mean, shuffled } from './stats.js'

export const SLICE_REQUESTS = 2000
// Also when the machine is so busy that the time is over before.
const LEAST_ROUNDS = 5
const WARM_UP_REQUESTS = 15_000
const WARM_UP_PASSES = 2
// mtaio decides at a tick after many requests whether its async context is needed.
export const SETTLE_MS = 2500

// The young generation at the size that it grows to under load, collected on the main thread;
// the app process collects it at the end of each slice, so that every slice pays for its garbage.
export const STEADY = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--single-threaded-gc',
]

/**
 * Measures the variants of one framework on one Node for `seconds`, not counting the warm-up, in
 * `generations` of fresh processes, since how a process happened to compile and lay out its code
 * stays with it.
 */
export async function measureSlices({ node, framework, variants, seconds, generations }) {
  const slices = []
  const failures = new Map()
  for (let generation = 0; generation < generations; generation++) {
    const apps = await startAll(node, framework, variants, failures)
    const until = Date.now() + (1000 * seconds) / generations
    try {
      for (let rounds = 0; rounds < LEAST_ROUNDS || Date.now() < until; rounds++) {
        const round = await measureRound(apps)
        slices.push(...round.map((slice) => ({ ...slice, generation })))
      }
      await checkSeen(apps, failures)
    } finally {
      await Promise.all([...apps.values()].map((app) => app.stop()))
    }
  }
  return { slices, failures: Object.fromEntries(failures) }
}

async function startAll(node, framework, variants, failures) {
  const apps = new Map()
  for (const { name } of variants) {
    try {
      apps.set(name, await AppHandle.start([node, ...STEADY], framework, name))
    } catch (error) {
      failures.set(name, error.message)
    }
  }
  for (let pass = 0; pass < WARM_UP_PASSES; pass++) {
    for (const app of apps.values()) await app.ask('load', { requests: WARM_UP_REQUESTS })
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }
  return apps
}

/** After the measurement, since asking may take a real socket, which the slices never see. */
async function checkSeen(apps, failures) {
  for (const [name, app] of apps) {
    const { sent, seen } = await app.ask('seen')
    if (seen !== null && seen !== sent) failures.set(name, `recorded ${seen} of ${sent} requests`)
  }
}

/** One slice of every variant: bare, two others, bare, two others, … bare. */
async function measureRound(apps) {
  const names = shuffled([...apps.keys()].filter((name) => name !== 'bare'))
  const round = []
  let before = await slice(apps.get('bare'))
  for (let i = 0; i < names.length; i += 2) {
    const pair = []
    for (const name of names.slice(i, i + 2)) {
      pair.push({ name, ...(await slice(apps.get(name))) })
    }
    const after = await slice(apps.get('bare'))
    const bare = mean([before.micros, after.micros])
    round.push({ name: 'bare', ...after, bare: after.micros })
    for (const one of pair) round.push({ ...one, bare })
    before = after
  }
  return round
}

async function slice(app) {
  const { cpuMicros, requests, idle } = await app.ask('load', { requests: SLICE_REQUESTS })
  return { micros: cpuMicros / requests, idle }
}
