/**
 * What a request costs more while something is watched that is not a request: garbage collections,
 * the event loop, or all that mtaio's monitor samples. Each is turned on and off in one process, slice by
 * slice, so that the figures are those of one layout of code: they are good to some 0.02 µs.
 */
import { parseArgs } from 'node:util'
import { AppHandle } from './app-handle.js'
import { findNode } from './nodes.js'
import { STEADY } from './slices.js'
import { mean, median } from './stats.js'

const { values: flags } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    framework: { type: 'string', default: 'express,koa,fastify' },
    rounds: { type: 'string', default: '40' },
  },
})

const WARM_UP_REQUESTS = 30_000
const SLICE_REQUESTS = 4000

const node = findNode(Number(flags.node))
console.log(`Extra µs per request, Node ${node.version}`)
for (const framework of flags.framework.split(',')) {
  const app = await AppHandle.start([node.file, ...STEADY], framework, 'bare')
  try {
    await app.ask('load', { requests: WARM_UP_REQUESTS })
    const { names } = await app.ask('watchers')
    for (const name of names) {
      const extra = await extraOf(app, name)
      console.log(`${framework.padEnd(9)}${name.padEnd(13)}${extra.toFixed(3).padStart(7)}`)
    }
  } finally {
    await app.stop()
  }
}

async function extraOf(app, name) {
  const extras = []
  let before = await slice(app)
  for (let round = 0; round < Number(flags.rounds); round++) {
    await app.ask('watch', { name, on: true })
    const during = await slice(app)
    await app.ask('watch', { name, on: false })
    const after = await slice(app)
    extras.push(during - mean([before, after]))
    before = after
  }
  return median(extras)
}

async function slice(app) {
  const { cpuMicros, requests } = await app.ask('load', { requests: SLICE_REQUESTS })
  return cpuMicros / requests
}
