import { setTimeout as sleep } from 'node:timers/promises'
import { createMtaio, type Mtaio } from '@mtaio/core'
import { expect } from 'vitest'
import { until } from '../../support/raw-http.ts'
import type { Protocol, Subject } from '../subjects/subject.ts'
import { ListenerCensus } from './listener-census.ts'
import { RunningApp } from './running-app.ts'
import type { Play, Scenario, Seen } from './scenario.ts'
import { StandardError } from './stderr.ts'

/** What can be compared between an app with mtaio and the same app without. */
interface Performance {
  readonly transcript: readonly string[]
  readonly stderr: string
  readonly server: Record<string, number>
  readonly sockets: Record<string, number>
}

/** What mtaio adds to a connection, once, whatever number of requests it carries. */
const OWN_LISTENERS: Readonly<Record<string, number>> = { close: 1, timeout: 1 }

/** Plays a scenario on the app with mtaio and on the same app without, and compares the two. */
export async function perform(
  scenario: Scenario,
  subject: Subject,
  protocol: Protocol,
): Promise<void> {
  const watched = await play(scenario, subject, protocol, true)
  if (scenario.incomparable !== undefined) return
  const bare = await play(scenario, subject, protocol, false)
  expect(watched.transcript, 'the answers of the app').toEqual(bare.transcript)
  expect(watched.stderr, 'stderr').toBe(bare.stderr)
  expect(watched.server, 'listeners of the server').toEqual(bare.server)
  for (const [event, count] of Object.entries(watched.sockets)) {
    const most = (bare.sockets[event] ?? 0) + (OWN_LISTENERS[event] ?? 0)
    expect(count, `listeners for ${event} on a connection`).toBeLessThanOrEqual(most)
  }
}

async function play(
  scenario: Scenario,
  subject: Subject,
  protocol: Protocol,
  isWatched: boolean,
): Promise<Performance> {
  using stderr = new StandardError()
  const processBefore = ListenerCensus.process()
  const mtaio = isWatched ? createMtaio({ source: 'procfs', ...scenario.options }) : null
  const stage = {
    subject,
    protocol,
    mtaio,
    span: <T>(name: string, fn: () => T): T =>
      mtaio === null ? fn() : mtaio.profiler.traceContext(name, fn),
  }
  // A process that served many requests without a span would enter the context at its first one only.
  stage.span('first', () => {})
  const scene: Play = scenario.make(stage)
  const running = await RunningApp.start(subject, scene.plan, mtaio, protocol)
  try {
    await scene.traffic(running.client)
    if (mtaio !== null) {
      const seen = await account(mtaio, running, scene.unseen ?? 0)
      await scene.check(seen)
    }
    expect(ListenerCensus.process(), 'listeners of the process').toEqual(processBefore)
    const ended = mtaio?.http.statistics.requests
    await running.settle()
    expect(mtaio?.http.statistics.requests, 'requests recorded in the end').toBe(ended)
    return {
      transcript: running.client.transcript(),
      stderr: stderr.text(),
      server: running.census.server,
      sockets: running.census.sockets,
    }
  } finally {
    await running.close()
    await mtaio?.stop()
    expect(stderr.text()).not.toContain('MaxListenersExceeded')
  }
}

/** Waits until every request that came to the server has ended, and makes sure that it ended once. */
async function account(mtaio: Mtaio, running: RunningApp, unseen: number): Promise<Seen> {
  const { http } = mtaio
  const started = (): number => running.census.requests - unseen
  await until(
    `all of ${started()} requests ended (${http.statistics.requests} did)`,
    () => http.statistics.requests >= started() && http.inFlight.size === 0,
  )
  // Time for a second end of the same request.
  await sleep(5)
  expect(http.statistics.requests, 'requests recorded').toBe(started())
  expect(http.inFlight.size, 'in flight').toBe(0)
  expect(http.failures, 'failures inside mtaio').toBe(0)
  return { mtaio, records: [...http.log.recent], transcript: running.client.transcript() }
}
