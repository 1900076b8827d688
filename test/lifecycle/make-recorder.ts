import type { RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createMtaio,
  type HttpAdapter,
  type Mtaio,
  type MtaioOptions,
  type RequestTrace,
} from '@mtaio/core'
import { afterEach, expect } from 'vitest'
import { until } from '../support/raw-http.ts'

export const routes: HttpAdapter = { route: () => '/route' }
/** Stopped after each test. */
export const made: Mtaio[] = []
export const now = (): number => performance.now()

afterEach(async () => {
  for (const mtaio of made.splice(0)) await mtaio.stop()
})

/** Requests that have ended; a test waits for at least one. */
type Ended = [RequestTrace, ...RequestTrace[]]

/** An instance that samples nothing, and a server's listener that is watched by it. */
export function makeRecorder(options: MtaioOptions = {}) {
  const mtaio = createMtaio(options)
  made.push(mtaio)
  const { http, profiler } = mtaio
  const listener =
    (handler: RequestListener): RequestListener =>
    (req, res) => {
      const lifecycle = http.begin(req, res, routes)
      if (lifecycle === null) handler(req, res)
      else lifecycle.run(handler, undefined, req, res)
    }
  const ended = async (count: number): Promise<Ended> => {
    await until(`${count} requests ended`, () => http.statistics.requests >= count)
    // Time for a second end of the same request, which must not be counted.
    await sleep(20)
    expect(http.statistics.requests).toBe(count)
    expect(http.inFlight.size).toBe(0)
    return [...http.log.recent] as unknown as Ended
  }
  return { http, profiler, metrics: mtaio.monitor.metricStore, listener, ended }
}

/** How a request ended, and with which status. */
export function brief({ outcome, status }: RequestTrace): [string | null, number] {
  return [outcome, status]
}
