import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAMEWORKS } from '../support/small-app.mjs'
import { anyBytes, anyQuestion } from './fuzz-requests.ts'
import { FuzzedApp } from './fuzzed-app.ts'

// The same runs each time; `pnpm run fuzz` makes more, and others.
const RUNS = {
  numRuns: Number(process.env['MTAIO_FUZZ_RUNS'] ?? 300),
  seed: Number(process.env['MTAIO_FUZZ_SEED'] ?? 20_261_122),
  endOnFailure: true,
}

const TOKEN = 's3cret-that-is-long'

// What only an answer from inside has.
const INSIDE = /nodejs_|"pid"|"checks"|text\/event-stream|"firing"/

const AT_REST = { inFlight: 0, viewers: 0, failures: 0 }

/** Empty when the connection was closed without an answer, as Node does with what is no HTTP. */
function statusOf(answer: string): string {
  return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? ''
}

describe.each(FRAMEWORKS)('%s', (framework) => {
  it('lets no bytes at all past the gate or break it', async () => {
    await using app = await FuzzedApp.start(framework, { token: TOKEN })
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        const answer = await app.send(bytes)
        expect(answer).not.toMatch(INSIDE)
        expect(answer).not.toMatch(/access-control-allow-origin/i)
        expect(['', '200', '400', '401', '403', '404', '405']).toContain(statusOf(answer))
      }),
      RUNS,
    )
    expect(app.mtaio.status.refusals).toBeGreaterThan(RUNS.numRuns / 10)
    expect(app.log.every((line) => line.includes('MTAIO_REFUSED'))).toBe(true)
    expect(await app.rest()).toEqual(AT_REST)
  })

  it('in development, where no token is, answers any bytes and is not broken', async () => {
    await using app = await FuzzedApp.start(framework, {})
    let inside = 0
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        const answer = await app.send(bytes)
        if (INSIDE.test(answer)) inside++
        expect(answer).not.toMatch(/access-control-allow-origin/i)
        expect(['', '200', '400', '403', '404', '405', '503']).toContain(statusOf(answer))
      }),
      RUNS,
    )
    expect(inside).toBeGreaterThan(0)
    expect(await app.rest()).toEqual(AT_REST)
  })

  it('answers any query and any id of who has the token with 200, 400, 404, 405 or 503', async () => {
    await using app = await FuzzedApp.start(framework, { token: TOKEN })
    for (const path of ['/users/7', '/files/a/b', '/fail', '/nowhere']) {
      await app.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    }
    const ids = [...app.mtaio.http.log.recent].map(({ id }) => id)
    const statuses = new Set<string>()
    await fc.assert(
      fc.asyncProperty(anyQuestion(ids, TOKEN), async (bytes) => {
        const status = statusOf(await app.send(bytes))
        statuses.add(status)
        expect(['200', '400', '404', '405', '503']).toContain(status)
      }),
      RUNS,
    )
    expect([...statuses]).toEqual(expect.arrayContaining(['200', '400', '404', '405']))
    expect(await app.rest()).toEqual(AT_REST)
  })
})
