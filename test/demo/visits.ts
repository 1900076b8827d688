import { Agent, request } from 'node:http'

/** What a client saw of one request. */
export interface Visit {
  readonly route: string
  readonly method: string
  readonly status: number
  /** Seconds, from the request sent to the last byte of the answer. */
  readonly duration: number
}

/** What is sent, and the pattern that should be counted. */
export interface Plan {
  readonly method: string
  readonly path: string
  readonly route: string
}

/** The same mix each time it is asked for: no random numbers, so that runs can be compared. */
export function planVisits(count: number): Plan[] {
  const kinds: ((i: number) => Plan)[] = [
    () => ({ method: 'GET', path: '/', route: '/' }),
    (i) => ({ method: 'GET', path: `/products/${i % 900}`, route: '/products/:id' }),
    (i) => ({ method: 'GET', path: `/products/${901 + (i % 90)}`, route: '/products/:id' }),
    () => ({ method: 'GET', path: '/search?q=lamp', route: '/search' }),
    (i) => ({ method: 'POST', path: `/cart/${i}/items`, route: '/cart/:cart/items' }),
    (i) => ({ method: 'GET', path: `/orders/${i}`, route: '/orders/:id' }),
    (i) => ({ method: 'GET', path: `/nowhere/${i}`, route: '(unmatched)' }),
  ]
  const plans = Array.from({ length: count }, (_, i) => kinds[i % kinds.length]!(i))
  // Few of these: they keep the processor busy, and a third of them fails.
  for (let i = 0; i < count; i += 25) {
    plans[i] = { method: 'POST', path: `/report/${i}`, route: '/report/:id' }
  }
  return plans
}

/** Sends all that is planned, so many at a time, and says what came of each. */
export async function send(port: number, plans: readonly Plan[], atOnce: number): Promise<Visit[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const visits: Visit[] = []
  const rest = plans.values()
  const worker = async (): Promise<void> => {
    for (const plan of rest) visits.push(await sendOne(port, agent, plan))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  agent.destroy()
  return visits
}

function sendOne(port: number, agent: Agent, { method, path, route }: Plan): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now()
    const outgoing = request({ host: '127.0.0.1', port, agent, method, path }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        const duration = (performance.now() - startMs) / 1000
        resolve({ route, method, status: answer.statusCode!, duration })
      })
      answer.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}
