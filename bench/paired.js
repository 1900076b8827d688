/**
 * What the code of a variant costs per request that runs on its path. Its middleware or hooks are
 * turned on and off in one process, slice by slice, so that the figures are those of one layout of
 * code: they are good to some 0.03 µs, also on a machine that is not at rest. What is there in both, the
 * hook itself and what is watched in the background, is not in them; the slices of `run bench` have all.
 */
import { parseArgs } from 'node:util'
import { AppHandle } from './app-handle.js'
import { findNode } from './nodes.js'
import { SLICE_REQUESTS, STEADY } from './slices.js'
import { quantile } from './stats.js'
import { variantsOf } from './variants/index.js'

const { values: flags } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    framework: { type: 'string', default: 'express,koa,fastify' },
    variant: { type: 'string', default: 'floor,mtaio,mtaio-untraced,prom-client' },
    seconds: { type: 'string', default: '20' },
    generations: { type: 'string', default: '3' },
  },
})

const WARM_UP_SLICES = 20
// mtaio decides at a tick after many requests whether its async context is needed.
const SETTLE_MS = 2500

const node = findNode(Number(flags.node))
const wanted = flags.variant.split(',')
console.log(
  `Extra µs per request on its path, Node ${node.version}: median, quartiles, generations`,
)
for (const framework of flags.framework.split(',')) {
  for (const { name } of variantsOf(framework).filter((v) => wanted.includes(v.name))) {
    const generations = []
    for (let left = Number(flags.generations); left > 0; left--) {
      generations.push(await measure(framework, name))
    }
    const extras = generations.flat()
    const [low, mid, high] = [0.25, 0.5, 0.75].map((q) => quantile(extras, q).toFixed(2))
    const each = generations.map((one) => quantile(one, 0.5).toFixed(2)).join(', ')
    console.log(`${framework.padEnd(9)}${name.padEnd(24)}${mid}  ${low} … ${high}  ${each}`)
  }
}

/** The differences of one process, each of two slices with the variant and two without. */
async function measure(framework, name) {
  const app = await AppHandle.start([node.file, ...STEADY], framework, `${name}?switch`)
  try {
    for (let i = 0; i < WARM_UP_SLICES; i++) await slice(app, i % 2 === 0)
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const pairs = []
    const end = Date.now() + Number(flags.seconds) * 1000
    while (Date.now() < end) {
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
