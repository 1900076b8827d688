// Runs load, errors, aborts, streams, scrapes and viewers against an app that starts and stops mtaio
// all the while, and samples what it holds at rest.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {{
 *   heap: number, rss: number, resources: number, timers: number, files: number,
 *   connections: number, listeners: number,
 *   requests: number, counted: number, inRoutes: number, aborted: number, errors: number,
 *   inFlight: number, viewers: number, failures: number, seconds: number,
 * }} Rest
 * @typedef {{ path: string, leaveAfterMs?: number }} Visit
 */

const BURST_MS = 3000
const CLIENTS = 8

/** What each client does in turn. @type {readonly ((i: number) => Visit)[]} */
const visits = [
  (i) => ({ path: `/users/${i}?token=${i}` }),
  () => ({ path: '/fail' }),
  (i) => ({ path: `/nowhere/${i}` }),
  () => ({ path: '/slow' }),
  () => ({ path: '/slow', leaveAfterMs: 5 }),
  () => ({ path: '/export' }),
  () => ({ path: '/export', leaveAfterMs: 12 }),
  () => ({ path: '/_monitor/metrics' }),
  () => ({ path: '/_monitor/api/requests' }),
  () => ({ path: '/_monitor/api/stream', leaveAfterMs: 150 }),
  () => ({ path: '/_monitor' }),
]

/**
 * @param {string} framework
 * @param {number} seconds
 * @returns {Promise<Rest[]>} one for each burst of load
 */
export async function soak(framework, seconds) {
  const script = fileURLToPath(new URL('soak-process.mjs', import.meta.url))
  const child = fork(script, [framework], { execArgv: ['--expose-gc'] })
  const [{ port }] = await once(child, 'message')
  const beganMs = performance.now()
  // One connection for all of the time: what a request leaves on it adds up.
  const steady = new Agent({ keepAlive: true, maxSockets: 1 })
  /** @type {Rest[]} */
  const rests = []
  while (performance.now() - beganMs < seconds * 1000) {
    await burst(port, steady)
    child.send('rest')
    const [rest] = await once(child, 'message')
    rests.push({ ...rest, seconds: (performance.now() - beganMs) / 1000 })
  }
  steady.destroy()
  const exit = once(child, 'exit')
  child.disconnect()
  const [code] = await exit
  if (code !== 0) throw new Error(`The app on ${framework} ended with code ${code}`)
  return rests
}

/** @type {(port: number, steady: Agent) => Promise<void>} */
async function burst(port, steady) {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const endMs = performance.now() + BURST_MS
  const client = async (/** @type {number} */ first) => {
    for (let i = first; performance.now() < endMs; i++) {
      const visit = visits[i % visits.length]?.(i)
      if (visit !== undefined) await go(port, agent, visit)
    }
  }
  const stay = async () => {
    for (let i = 0; performance.now() < endMs; i++) await go(port, steady, { path: `/users/${i}` })
  }
  await Promise.all([stay(), ...Array.from({ length: CLIENTS }, (_, i) => client(i))])
  agent.destroy()
  await sleep(20)
}

/** @type {(port: number, agent: Agent, visit: Visit) => Promise<void>} */
function go(port, agent, { path, leaveAfterMs }) {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path, agent }, (answer) => answer.resume())
    // A client that leaves, or that is sent away by a stop, has had its answer.
    outgoing.on('error', () => {})
    outgoing.on('close', () => resolve())
    outgoing.end()
    if (leaveAfterMs !== undefined) setTimeout(() => outgoing.destroy(), leaveAfterMs)
  })
}

/** Listeners are those of the process, of the server and of the connections that are open at rest. */
const HELD = /** @type {const} */ (['resources', 'timers', 'files', 'connections', 'listeners'])

/**
 * What must not have happened: growth, something left behind, a request that was not counted.
 *
 * @param {readonly Rest[]} rests
 * @returns {string[]}
 */
export function faultsOf(rests) {
  // What may grow has grown after a third of the time.
  const settled = rests.slice(Math.ceil(rests.length / 3))
  const last = settled.at(-1)
  if (settled.length < 4 || last === undefined) return ['too short to say anything']
  const faults = []
  const hour = (/** @type {'heap' | 'rss'} */ name) =>
    slope(settled, name) * (last.seconds - (settled[0]?.seconds ?? 0))
  // A leak of 100 bytes a request is some megabytes in a minute. An allocator's own growth is not.
  if (hour('heap') > 2e6) faults.push(`the heap grew by ${Math.round(hour('heap'))} bytes`)
  if (hour('rss') > 30e6) faults.push(`the process grew by ${Math.round(hour('rss'))} bytes`)
  for (const name of HELD) {
    const [first] = settled
    if (last[name] > (first?.[name] ?? 0) + 2)
      faults.push(`${name}: ${first?.[name]} -> ${last[name]}`)
  }
  for (const rest of rests) {
    const { requests, counted, inRoutes, inFlight, viewers, failures } = rest
    if (counted !== requests || inRoutes !== requests) {
      faults.push(`${requests} requests came, ${counted} were counted, ${inRoutes} by routes`)
    }
    if (inFlight + viewers + failures > 0) {
      faults.push(`in flight ${inFlight}, viewers ${viewers}, failures ${failures}`)
    }
  }
  if (last.aborted === 0 || last.errors === 0) faults.push('no client left, or nothing failed')
  return faults
}

/** Least squares: by how much it grows in a second. @type {(rests: readonly Rest[], name: 'heap' | 'rss') => number} */
function slope(rests, name) {
  const mean = (/** @type {(rest: Rest) => number} */ of) =>
    rests.reduce((sum, rest) => sum + of(rest), 0) / rests.length
  const [x, y] = [mean((rest) => rest.seconds), mean((rest) => rest[name])]
  const top = rests.reduce((sum, rest) => sum + (rest.seconds - x) * (rest[name] - y), 0)
  return top / rests.reduce((sum, rest) => sum + (rest.seconds - x) ** 2, 0)
}
