import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** One kind of request, and how often it is sent among the others. */
interface Visit {
  readonly weight: number
  readonly method: string
  path(): string
  /** Leaves before the answer, after so many milliseconds. */
  readonly leaveAfterMs?: number
}

const number = (below: number): number => Math.floor(Math.random() * below)

const VISITS: readonly Visit[] = [
  { weight: 20, method: 'GET', path: () => '/' },
  { weight: 40, method: 'GET', path: () => `/products/${number(920)}` },
  { weight: 14, method: 'GET', path: () => `/search?q=${['lamp', 'chair', 'desk'][number(3)]}` },
  { weight: 8, method: 'GET', path: () => `/orders/${number(10_000)}` },
  { weight: 12, method: 'POST', path: () => `/cart/${number(500)}/items` },
  { weight: 4, method: 'POST', path: () => `/report/${number(1000)}` },
  { weight: 1, method: 'GET', path: () => '/export' },
  { weight: 1, method: 'GET', path: () => `/wp-login-${number(1_000_000)}.php` },
  { weight: 1, method: 'GET', path: () => '/search?q=gone', leaveAfterMs: 5 },
]
const TOTAL_WEIGHT = VISITS.reduce((sum, visit) => sum + visit.weight, 0)

/** Sends one request and resolves when it is over, however it ends. */
function visit(port: number, agent: Agent, { method, path, leaveAfterMs }: Visit): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method, path: path() })
    outgoing.on('response', (response) => response.resume())
    outgoing.on('error', () => {})
    outgoing.on('close', resolve)
    outgoing.setTimeout(30_000, () => outgoing.destroy())
    if (leaveAfterMs !== undefined) setTimeout(() => outgoing.destroy(), leaveAfterMs)
    outgoing.end()
  })
}

function pick(): Visit {
  let rest = Math.random() * TOTAL_WEIGHT
  for (const candidate of VISITS) {
    rest -= candidate.weight
    if (rest < 0) return candidate
  }
  return VISITS[0]!
}

/** Visitors come and go in waves, on the loopback address only, until they are told to stop. */
export async function sendTraffic(port: number, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const startedAt = performance.now()
  while (!signal.aborted) {
    const wave = (1 + Math.sin((performance.now() - startedAt) / 15_000)) / 2
    void visit(port, agent, pick())
    await sleep(8 + 30 * (1 - wave), undefined, { signal }).catch(() => {})
  }
  agent.destroy()
}
