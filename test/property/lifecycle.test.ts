import { setTimeout as sleep } from 'node:timers/promises'
import { createMtaio, type Mtaio } from '@mtaio/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RawClient } from '../conformance/harness/client.ts'
import { RunningApp } from '../conformance/harness/running-app.ts'
import { expressSubjects } from '../conformance/subjects/express-subject.ts'
import { fastifySubjects } from '../conformance/subjects/fastify-subject.ts'
import { koaSubjects } from '../conformance/subjects/koa-subject.ts'
import { forever, type AppPlan, type Handler } from '../conformance/subjects/subject.ts'
import { requestText, until } from '../support/raw-http.ts'

// The same runs each time, unless told otherwise: MTAIO_PROPERTY_RUNS=1000 MTAIO_PROPERTY_SEED=7
const RUNS = Number(process.env['MTAIO_PROPERTY_RUNS'] ?? 40)
const SEED = Number(process.env['MTAIO_PROPERTY_SEED'] ?? 20_260)

const DONE = '|done|'

/** What a handler does that lets the connection live, and how its request is recorded. */
const ANSWERS = {
  end: 'ok 200',
  later: 'ok 200',
  writes: 'ok 200',
  missing: 'ok 404',
  throws: 'error 500',
  rejects: 'error 500',
} as const

/** How a connection ends: what its last requests do, and what the client does then. */
const ENDINGS = {
  'closes when all is read': { kinds: [], leave: 'halfClose' },
  'leaves when all is read': { kinds: [], leave: 'destroy' },
  'leaves a hanging one': { kinds: ['hangs'], leave: 'destroy' },
  'resets a hanging one': { kinds: ['hangs'], leave: 'reset' },
  'leaves three, pipelined': { kinds: ['hangs', 'end', 'hangs'], leave: 'destroy' },
  'resets three, pipelined': { kinds: ['hangs', 'writes', 'throws'], leave: 'reset' },
  'leaves in mid-body': { kinds: ['begins'], leave: 'destroy' },
  'resets in mid-body': { kinds: ['begins', 'hangs'], leave: 'reset' },
  'is broken off by the app': { kinds: ['breaks'], leave: 'nothing' },
  'is broken off, with others behind': { kinds: ['breaks', 'hangs', 'hangs'], leave: 'nothing' },
} as const

type Answer = keyof typeof ANSWERS
type Ending = keyof typeof ENDINGS

/** Batches of requests, each sent at once and read to its end; then the connection ends. */
interface Script {
  readonly batches: readonly (readonly Answer[])[]
  readonly ending: Ending
}

const scripts: fc.Arbitrary<Script[]> = fc.array(
  fc.record({
    batches: fc.array(
      fc.array(fc.constantFrom(...(Object.keys(ANSWERS) as Answer[])), {
        minLength: 1,
        maxLength: 6,
      }),
      { maxLength: 3 },
    ),
    ending: fc.constantFrom(...(Object.keys(ENDINGS) as Ending[])),
  }),
  { minLength: 1, maxLength: 4 },
)

/** What must be recorded of a connection. */
function modelOf({ batches, ending }: Script): string[] {
  const answered = batches.flat().map((kind) => `${ANSWERS[kind]} /${kind}/:script`)
  const { kinds, leave } = ENDINGS[ending]
  const cut = kinds.map((kind) => {
    if (leave !== 'nothing') return `aborted 499 /${kind}/:script`
    return `${kind === 'breaks' ? 'error 200' : 'error 500'} /${kind}/:script`
  })
  return [...answered, ...cut]
}

/** How many handlers of each script have begun. */
const begun = new Map<string, number>()

const handlers: Readonly<Record<string, Handler>> = {
  end: (exchange) => exchange.send(DONE),
  later: async (exchange) => {
    await sleep(Math.random() * 4)
    exchange.send(DONE)
  },
  writes: async (exchange) => {
    const res = exchange.takeOver()
    res.writeHead(200)
    res.write('begun')
    await sleep(1)
    res.end(DONE)
  },
  missing: (exchange) => exchange.send(DONE, 404),
  throws: () => {
    throw new Error('thrown')
  },
  rejects: async (exchange) => {
    await sleep(1)
    await exchange.fail(new Error('rejected'))
  },
  hangs: forever,
  begins: (exchange) => {
    exchange.takeOver().writeHead(200).write('begun')
    return forever()
  },
  breaks: (exchange) => {
    const res = exchange.takeOver()
    res.writeHead(200).write('begun')
    setTimeout(() => res.destroy(), 5)
    return forever()
  },
}

const plan: AppPlan = {
  routes: Object.entries(handlers).map(([kind, handle]) => ({
    path: `/${kind}/:script`,
    handle: (exchange) => {
      const script = exchange.params['script'] ?? ''
      begun.set(script, (begun.get(script) ?? 0) + 1)
      return handle(exchange)
    },
  })),
  onError: (_error, exchange) => exchange.send(DONE, 500),
}

let scriptNumber = 0

async function play({ batches, ending }: Script, client: RawClient): Promise<void> {
  const script = String(++scriptNumber)
  const connection = await client.connect()
  const send = (kinds: readonly string[]): void =>
    connection.send(kinds.map((kind) => requestText(`/${kind}/${script}`)).join(''))
  let sent = 0
  for (const batch of batches) {
    send(batch)
    sent += batch.length
    await connection.times(DONE, sent)
  }
  const { kinds, leave } = ENDINGS[ending]
  if (kinds.length > 0) {
    send(kinds)
    sent += kinds.length
    await until('all handlers run', () => (begun.get(script) ?? 0) >= sent)
    if ((kinds as readonly string[]).includes('begins')) await sleep(2)
  }
  if (leave !== 'nothing') connection[leave]()
  await connection.closed
  begun.delete(script)
}

for (const subject of [expressSubjects, koaSubjects, fastifySubjects].map((all) => all.at(-1)!)) {
  describe(subject.name, () => {
    let mtaio: Mtaio
    let running: RunningApp

    beforeAll(async () => {
      mtaio = createMtaio({ source: 'procfs', limits: { maxRecent: 5000 } })
      running = await RunningApp.start(subject, plan, mtaio, 'HTTP/1.1')
    })

    afterAll(async () => {
      await running.close()
      await mtaio.stop()
    })

    it('records every request once, with the right outcome, whatever clients and handlers do', async () => {
      const { http } = mtaio
      const property = fc.asyncProperty(scripts, async (given) => {
        const before = http.statistics.requests
        await Promise.all(given.map((script) => play(script, running.client as RawClient)))
        const wanted = given.flatMap(modelOf)
        await until(
          `${wanted.length} requests ended`,
          () => http.statistics.requests - before >= wanted.length,
        )
        await sleep(3)
        const count = http.statistics.requests - before
        const records = [...http.log.recent].slice(-count)
        expect(count === 0 ? [] : records.map(brief).toSorted()).toEqual(wanted.toSorted())
        expect(http.inFlight.size).toBe(0)
        expect(http.failures).toBe(0)
      })
      await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: RUNS > 40 })
    }, 600_000)
  })
}

function brief({
  outcome,
  status,
  entry,
}: {
  outcome: string | null
  status: number
  entry: { route: string } | null
}): string {
  return `${outcome} ${status} ${entry?.route}`
}
