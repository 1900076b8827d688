/**
 * What a request costs more under load that does not pause: each process alone, one after the other,
 * and as many fresh ones of each variant as `--processes` says, since how a process happened to be
 * compiled stays with it. The slices of the bench begin anew all the time; here everything is warm.
 */
import { parseArgs } from 'node:util'
import { AppHandle } from './app-handle.js'
import { findNode } from './nodes.js'
import { STEADY } from './slices.js'
import { median, shuffled } from './stats.js'

const { values: flags } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    framework: { type: 'string', default: 'express,koa,fastify' },
    variant: { type: 'string', default: 'floor,mtaio,prom-client' },
    processes: { type: 'string', default: '5' },
  },
})

const WARM_UP_REQUESTS = 50_000
// A tick after many requests decides whether the async context is needed.
const SETTLE_MS = 1500
const REQUESTS = 100_000
const ROUNDS = 3

const node = findNode(Number(flags.node))
const names = ['bare', ...flags.variant.split(',')]
console.log(`Extra µs per request under load that does not pause, Node ${node.version}`)
for (const framework of flags.framework.split(',')) {
  const costs = new Map(names.map((name) => [name, []]))
  for (let left = Number(flags.processes); left > 0; left--) {
    for (const name of shuffled(names)) costs.get(name).push(await costOf(framework, name))
  }
  const bare = median(costs.get('bare'))
  for (const [name, each] of costs) {
    const extra = name === 'bare' ? '' : (median(each) - bare).toFixed(2)
    const all = each.toSorted((a, b) => a - b).map((cost) => cost.toFixed(2))
    console.log(
      `${framework.padEnd(9)}${name.padEnd(13)}${extra.padStart(6)}   of ${all.join(' ')}`,
    )
  }
}

async function costOf(framework, name) {
  const app = await AppHandle.start([node.file, ...STEADY], framework, name)
  try {
    await app.ask('load', { requests: WARM_UP_REQUESTS })
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    await app.ask('load', { requests: WARM_UP_REQUESTS })
    const rounds = []
    for (let left = ROUNDS; left > 0; left--) {
      const { cpuMicros, requests } = await app.ask('load', { requests: REQUESTS })
      rounds.push(cpuMicros / requests)
    }
    return median(rounds)
  } finally {
    await app.stop()
  }
}
