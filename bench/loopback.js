/**
 * The second mode: a real network on loopback, the app and wrk each pinned to a core of its own.
 * It is coarser than the slices and shows what they cannot: throughput, latency, memory.
 */
import { execFile, execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AppHandle } from './app-handle.js'
import { median, shuffled } from './stats.js'

const CONNECTIONS = 32
const ROUNDS = 3
const ROUND_SECONDS = 2
// Until then V8 compiles, on the core that serves: the p99 of the first 50,000 requests is two to ten times
// that of the rest, also without any tool.
const REQUESTS_BEFORE_ROUNDS = 100_000
const REQUESTS_BEFORE_MEMORY = 200_000

const run = promisify(execFile)
const script = fileURLToPath(new URL('wrk-paths.lua', import.meta.url))

/** Why this mode cannot run here, or null. */
export function loopbackMissing() {
  if (availableParallelism() < 2) return 'it needs two cores'
  for (const program of ['wrk', 'taskset']) {
    try {
      execFileSync('which', [program])
    } catch {
      return `it needs ${program}`
    }
  }
  return null
}

export async function measureLoopback({ node, framework, variants }) {
  const apps = []
  try {
    for (const { name } of variants) {
      try {
        const app = await AppHandle.start(['taskset', '-c', '0', node], framework, name)
        apps.push({ name, app, ...(await app.ask('listen')), requests: 0, rounds: [] })
      } catch {
        // The slices have told why it does not start.
      }
    }
    for (const one of apps) await loadUntil(one, REQUESTS_BEFORE_ROUNDS)
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of shuffled(apps)) one.rounds.push(await load(one))
    }
    const results = []
    for (const one of apps) {
      await loadUntil(one, REQUESTS_BEFORE_MEMORY)
      results.push({
        name: one.name,
        perSecond: median(one.rounds.map((r) => r.perSecond)),
        p50: median(one.rounds.map((r) => r.p50)),
        p99: median(one.rounds.map((r) => r.p99)),
        requests: one.requests,
        ...(await one.app.ask('memory')),
      })
    }
    return results
  } finally {
    await Promise.all(apps.map(({ app }) => app.stop()))
  }
}

async function loadUntil(one, requests) {
  while (one.requests < requests) await load(one)
}

async function load(one) {
  const { stdout } = await run('taskset', [
    ...['-c', '1', 'wrk', '--latency', '-t1', `-c${CONNECTIONS}`, `-d${ROUND_SECONDS}s`],
    ...['-s', script, one.origin],
  ])
  const figure = (pattern) => pattern.exec(stdout)?.[1]
  if (/Socket errors|Non-2xx/.test(stdout)) throw new Error(`${one.name}: ${stdout}`)
  one.requests += Number(figure(/(\d+) requests in/))
  return {
    perSecond: Number(figure(/Requests\/sec:\s+([\d.]+)/)),
    p50: milliseconds(figure(/^ +50% +(\S+)/m)),
    p99: milliseconds(figure(/^ +99% +(\S+)/m)),
  }
}

function milliseconds(text) {
  const [, number, unit] = /^([\d.]+)(us|ms|s)$/.exec(text)
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit]
}
