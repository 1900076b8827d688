// The app of the soak test: serves until its parent leaves, and tells how much it holds.

import { readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApp } from '../support/small-app.mjs'

const [framework] = process.argv.slice(2)

async function* pages() {
  for (let page = 0; page < 5; page++) {
    await sleep(5)
    yield `page ${page}\n`.repeat(100)
  }
}

/** @type {import('../support/small-app.mjs').Routes} */
const routes = {
  '/users/:id': ({ req, mtaio }) => {
    mtaio?.monitor.recordMetric('visits', 1, { of: String(req.url).slice(-1) })
    return mtaio?.profiler.traceContext('load', () => 'a user', { url: String(req.url) }) ?? ''
  },
  '/fail': () => {
    throw new Error('it failed')
  },
  '/slow': async ({ mtaio }) => {
    await mtaio?.profiler.traceContext('wait', () => sleep(20))
    return 'late'
  },
  '/export': () => Readable.from(pages()),
}

// Small caps, so that all that may grow has grown soon.
const limits = {
  maxRecent: 50,
  maxSlowest: 20,
  maxTraces: 100,
  maxAlerts: 20,
  maxSeriesPerMetric: 50,
}
const app = await startApp(/** @type {never} */ (framework), routes, {
  interval: 0.1,
  historySize: 50,
  thresholds: { http_rate: 1 },
  limits,
})
const mtaio = /** @type {import('@mtaio/core').Mtaio} */ (app.mtaio)

/** What the app itself counts: mtaio has to come to the same. */
let requests = 0
app.server.prependListener('request', (req) => {
  if (!req.url?.startsWith('/_monitor')) requests++
})

/** @type {Set<import('node:net').Socket>} */
const connections = new Set()
app.server.on('connection', (socket) => {
  connections.add(socket)
  socket.once('close', () => connections.delete(socket))
})

/** @param {import('node:events').EventEmitter} emitter */
function listenersOf(emitter) {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)
}

const cycle = setInterval(async () => {
  await mtaio.stop()
  await mtaio.start()
}, 1000)

const commands = {
  /** What is held once everything has come to rest. */
  rest: async () => {
    for (let i = 0; i < 200 && mtaio.http.inFlight.size + mtaio.status.viewers > 0; i++)
      await sleep(10)
    await sleep(50)
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.()
      await sleep(0)
    }
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
    const { statistics, inFlight } = mtaio.http
    const resources = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout')
    return {
      heap: heapUsed + external + arrayBuffers,
      rss,
      // The timer of the cycle itself, and those of Node, come and go.
      resources: resources.length,
      timers: process.getActiveResourcesInfo().length - resources.length,
      files: readdirSync('/proc/self/fd').length,
      connections: connections.size,
      listeners: [process, app.server, ...connections].reduce(
        (sum, emitter) => sum + listenersOf(emitter),
        0,
      ),
      requests,
      counted: statistics.requests,
      inRoutes: [...mtaio.http.routes].reduce(
        (sum, { operation }) => sum + operation.histogram.count,
        0,
      ),
      aborted: statistics.aborted,
      errors: statistics.errors,
      inFlight: inFlight.size,
      viewers: mtaio.status.viewers,
      failures: mtaio.http.failures + mtaio.monitor.selfCost.failures + mtaio.status.failures,
    }
  },
}

process.on('message', async (/** @type {keyof typeof commands} */ command) => {
  process.send?.(await commands[command]())
})
process.once('disconnect', async () => {
  clearInterval(cycle)
  app.server.closeAllConnections()
  await app.close()
})
process.send?.({ port: app.port })
