// A small app in a process of its own, with or without mtaio: node app-process.mjs <framework>
// <with|without> <what happens>. What it says of itself goes to stdout as one line of JSON.

import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApp } from '../support/small-app.mjs'

const [framework = 'express', watched, scenario = 'close'] = process.argv.slice(2)
/** @type {import('../support/small-app.mjs').Routes} */
const routes = {
  '/': () => 'ok',
  '/slow': async () => {
    await sleep(300)
    return 'slow, but whole'
  },
}

/** @type {Record<string, () => Promise<void>>} */
const scenarios = {
  // What a script does that answers one request and is done.
  close: async () => {
    const app = await start()
    await visit(app.port, '/')
    await app.close()
    say({ closedAt: Date.now() })
  },
  handles: async () => {
    const app = await start()
    await visit(app.port, '/')
    const { mtaio } = app
    const resources = () => process.getActiveResourcesInfo().toSorted()
    const listeners = () =>
      process.eventNames().map((name) => [String(name), process.listenerCount(name)])
    await mtaio?.stop()
    const before = { resources: resources(), listeners: listeners() }
    for (let i = 0; i < 50; i++) {
      await mtaio?.start()
      await mtaio?.stop()
    }
    // Calls that overlap: the last one decides.
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        Promise.resolve(i % 2 === 0 ? mtaio?.start() : mtaio?.stop()),
      ),
    )
    say({ before, after: { resources: resources(), listeners: listeners() } })
    await app.close()
  },
  throws: async () => {
    await start()
    setTimeout(() => {
      throw new TypeError('the app is broken')
    }, 50)
  },
  rejects: async () => {
    await start()
    setTimeout(() => void Promise.reject(new TypeError('nobody looks after this')), 50)
  },
  exits: async () => {
    await start()
    setTimeout(() => process.exit(7), 50)
  },
  sigterm: async () => {
    const app = await start()
    process.once('SIGTERM', async () => {
      const beganMs = performance.now()
      await app.close()
      say({
        closeMs: performance.now() - beganMs,
        requests: app.mtaio?.http.statistics.requests ?? null,
      })
    })
    process.stdout.write(`${app.port}\n`)
  },
  // Serves until it is killed.
  serve: async () => {
    const app = await start()
    process.stdout.write(`${app.port}\n`)
    process.once('SIGTERM', () => app.close())
  },
}

const start = () =>
  startApp(/** @type {never} */ (framework), routes, watched === 'with' ? {} : null)

/** @param {object} facts */
const say = (facts) => void process.stdout.write(`${JSON.stringify(facts)}\n`)

/** @type {(port: number, path: string) => Promise<void>} */
async function visit(port, path) {
  const outgoing = request({ host: '127.0.0.1', port, path, agent: false }).end()
  const [answer] = await once(outgoing, 'response')
  answer.resume()
  await once(answer, 'end')
}

await scenarios[scenario]?.()
