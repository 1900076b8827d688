/**
 * One variant in a process of its own: node --expose-gc app-process.js <framework> <variant> [switch].
 * It stays up and does what the parent orders over IPC, one order at a time. With a switch the variant can
 * be turned off and on.
 */
import { paths } from './apps/work.js'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CONNECTIONS, MemoryLoad } from './memory-load.js'
import { profile } from './profile-session.js'
import { switchable } from './switch.js'

// Requests before the clock starts, so that the caches are those of this process again.
const LEAD_IN = 100

const [framework, name, hasSwitch] = process.argv.slice(2)
const variant = await import(`./variants/${name}.js`)
const { build } = await import(`./apps/${framework}.js`)
const switched = hasSwitch === undefined ? null : switchable(variant)
const server = await build(switched?.variant ?? variant)
const load = new MemoryLoad(server, paths, CONNECTIONS)
let lastEnd = null
let sent = 0

const orders = {
  async load({ requests }) {
    const idle = lastEnd === null ? null : since(lastEnd)
    await load.run(LEAD_IN)
    await collect()
    const start = mark()
    await load.run(requests)
    await collect()
    const busy = since(start)
    sent += LEAD_IN + requests
    lastEnd = mark()
    return { requests, ...busy, idle }
  },
  async seen() {
    return { sent, seen: (await variant.seen?.(await origin())) ?? null }
  },
  async listen() {
    return { origin: await origin() }
  },
  async memory() {
    // Twice: what finalizers let go of in the first is collected in the second.
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 100))
    globalThis.gc()
    const { heapUsed, rss } = process.memoryUsage()
    return { heapUsed, rss }
  },
  async watchers() {
    const { watchers } = await import('./watchers.js')
    return { names: Object.keys(watchers) }
  },
  async watch({ name, on }) {
    const { watchers } = await import('./watchers.js')
    await (on ? watchers[name].start() : watchers[name].stop())
    return {}
  },
  async switch({ on }) {
    switched.turn(on)
    return {}
  },
  async profile({ requests, kind }) {
    return profile(kind, () => load.run(requests), requests)
  },
}

/** And waits until all who watch collections are told of it, which is their cost. */
async function collect() {
  globalThis.gc({ type: 'minor' })
  for (let turn = 0; turn < 3; turn++) await nextTurn()
}

async function origin() {
  if (!server.listening) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${server.address().port}`
}

function mark() {
  return { cpu: process.cpuUsage(), wallMs: performance.now() }
}

function since({ cpu, wallMs }) {
  const used = process.cpuUsage(cpu)
  return { cpuMicros: used.user + used.system, wallMs: performance.now() - wallMs }
}

process.on('message', async ({ order, ...details }) => {
  try {
    process.send({ answer: await orders[order](details) })
  } catch (error) {
    process.send({ error: error.stack })
  }
})
process.on('disconnect', () => process.exit())
process.send({ answer: 'ready' })
