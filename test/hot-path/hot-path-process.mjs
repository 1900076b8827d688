/**
 * One app under a load of requests without a network, and what was done meanwhile, counted and not
 * timed: hot-path-process.mjs <express|koa|fastify> <bare|idle|spans>
 *
 * Everything that could make two runs differ is taken away: the clock is one that counts, nothing
 * ticks, V8 interprets and does not optimize, and the young generation is so large that nothing is collected.
 */
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { constants, performance, PerformanceObserver } from 'node:perf_hooks'
import { paths } from '../../bench/apps/work.js'
import { MemoryLoad } from '../../bench/memory-load.js'

const CONNECTIONS = 16
// More than the 1,000 after which a context that nobody uses is no longer entered.
const WARM_UP = 1200
const REQUESTS = 400
// The first ones may still fill a cache.
const ROUNDS = 3

const [framework, mode] = process.argv.slice(2)
const counts = { clockReads: 0, listeners: 0, contextChanges: 0 }

// Before mtaio is loaded: it takes the clock once and for all.
let nowMs = performance.now()
countCalls(performance, 'now', 'clockReads', () => (nowMs += 0.01))
countCalls(Date, 'now', 'clockReads')
countCalls(process, 'hrtime', 'clockReads')
countCalls(EventEmitter.prototype, 'on', 'listeners')
countCalls(EventEmitter.prototype, 'prependListener', 'listeners')
countCalls(AsyncLocalStorage.prototype, 'enterWith', 'contextChanges')

const { build } = await import(`../../bench/apps/${framework}.js`)
const mtaio = mode === 'bare' ? null : await watch()
const server = await build(mtaio === null ? {} : variantOf(mtaio))
const load = new MemoryLoad(server, paths, CONNECTIONS)

await load.run(WARM_UP)
// What the tick would have done by now. Requests are counted on without it, and it is not their cost.
mtaio?.http.tick(performance.now())
await mtaio?.stop()
await load.run(WARM_UP)

process.send({ ...(await countWork()), ...(await countBytes()) })
process.disconnect()

/** Calls per request, and the asynchronous resources by type. */
async function countWork() {
  const resources = {}
  const hook = createHook({
    init(_id, type) {
      resources[type] = (resources[type] ?? 0) + 1
    },
  })
  const before = { ...counts }
  await load.run(REQUESTS)
  const calls = Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, (count - before[name]) / REQUESTS]),
  )
  // Apart from the calls: a hook makes Node itself take other ways.
  hook.enable()
  await load.run(REQUESTS)
  hook.disable()
  for (const type of Object.keys(resources)) resources[type] /= REQUESTS
  return { ...calls, resources }
}

/** Bytes that are allocated for a request, in the round that allocated least. */
async function countBytes() {
  let collections = 0
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) {
      if ((detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) === 0) collections++
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  let bytes = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    await load.run(REQUESTS)
    bytes = Math.min(bytes, (process.memoryUsage().heapUsed - before) / REQUESTS)
  }
  await new Promise((resolve) => setImmediate(resolve))
  observer.disconnect()
  return { bytes, collections }
}

async function watch() {
  const { createMtaio } = await import('@mtaio/core')
  return createMtaio({ interval: 3600 })
}

function variantOf(mtaio) {
  return {
    async express(app) {
      const { mtaioExpress } = await import('@mtaio/express')
      app.use(mtaioExpress({ mtaio }))
    },
    async koa(app) {
      const { mtaioKoa } = await import('@mtaio/koa')
      app.use(mtaioKoa({ mtaio }))
    },
    async fastify(app) {
      const { mtaioFastify } = await import('@mtaio/fastify')
      await app.register(mtaioFastify, { mtaio })
    },
    around: (work) =>
      mode === 'spans' ? (id) => mtaio.profiler.traceContext('load item', () => work(id)) : work,
  }
}

function countCalls(owner, name, figure, instead) {
  const original = owner[name]
  owner[name] = function (...args) {
    counts[figure]++
    return instead === undefined ? Reflect.apply(original, this, args) : instead()
  }
}
