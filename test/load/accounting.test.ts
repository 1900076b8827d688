import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Connection } from '../conformance/harness/connection.ts'
import { requestText } from '../support/raw-http.ts'

// They take less than a minute for each adapter; MTAIO_LOAD_REQUESTS=20000 is for a busy machine.
const COUNT = Number(process.env['MTAIO_LOAD_REQUESTS'] ?? 100_000)
const CONNECTIONS = 16
// Bytes a request. A record that is kept takes some 400: one for each aborted request would show as 20.
const NOISE = 16
const ROUNDS = 20
const SERVER = fileURLToPath(new URL('accounting-server.mjs', import.meta.url))

/** What the server says when it is asked. */
interface Account {
  readonly started: number
  readonly ended: number
  readonly aborted: number
  readonly errors: number
  readonly inFlight: number
  readonly failures: number
  /** Bytes after a collection of garbage. */
  readonly heap: number
}

/** Of 100 requests on a connection: 93 are answered, 5 are left by the client, 2 streams break. */
async function hundred(port: number): Promise<void> {
  const open = (): Promise<Connection> => Connection.open(port)
  let connection = await open()
  for (let i = 0; i < 7; i++) {
    const answers = i < 2 ? 14 : 13
    const users = Array.from({ length: answers }, (_, at) => requestText(`/users/${i}-${at}`))
    connection.send(users.join(''))
    await answered(connection, answers)
    connection.send(requestText(i < 5 ? '/hang' : '/broken'))
    if (i < 5) {
      // What was sent before the end of the connection comes to the server before it.
      await sleep(1)
      connection.halfClose()
    }
    await connection.closed
    if (i < 6) connection = await open()
  }
}

/** Without a timer: there are 100,000 of them. */
function answered(connection: Connection, count: number): Promise<void> {
  const isDone = (): boolean => connection.text.split('hello').length > count
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isDone()) return
      connection.socket.off('data', look)
      resolve()
    }
    connection.socket.on('data', look)
    look()
  })
}

async function accountOf(server: ChildProcess): Promise<Account> {
  server.send('account')
  const [account] = (await once(server, 'message')) as [Account]
  return account
}

/** Of a line through the points, per step. */
function slopeOf(values: readonly number[]): number {
  const n = values.length
  const meanX = (n - 1) / 2
  const spread = values.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0)
  return values.reduce((sum, y, x) => sum + (x - meanX) * y, 0) / spread
}

describe.each(['express', 'koa', 'fastify'])('%s', (framework) => {
  it(`ends all of ${COUNT} requests, 5 % aborted and 2 % broken, and its heap stays flat`, async () => {
    const server = fork(SERVER, [framework], { execArgv: ['--expose-gc'] })
    try {
      const [{ port }] = (await once(server, 'message')) as [{ port: number }]
      const perRound = Math.max(1, Math.round(COUNT / ROUNDS / 100 / CONNECTIONS))
      const heaps: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const worker = async (): Promise<void> => {
          for (let i = 0; i < perRound; i++) await hundred(port)
        }
        await Promise.all(Array.from({ length: CONNECTIONS }, worker))
        heaps.push((await accountOf(server)).heap)
      }
      const total = ROUNDS * perRound * CONNECTIONS * 100
      const account = await accountOf(server)
      expect(account).toMatchObject({
        started: total,
        ended: total,
        inFlight: 0,
        aborted: total * 0.05,
        errors: total * 0.02,
        failures: 0,
      })
      const perRequest = slopeOf(heaps.slice(ROUNDS / 2)) / (total / ROUNDS)
      expect(perRequest, `bytes a request; the heaps: ${heaps.join(' ')}`).toBeLessThan(NOISE)
    } finally {
      server.kill()
    }
  }, 300_000)
})
