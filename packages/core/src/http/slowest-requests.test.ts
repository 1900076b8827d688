import { describe, expect, it } from 'vitest'
import type { RequestTrace } from './request-trace.ts'
import { SlowestRequests } from './slowest-requests.ts'

const MINUTE_MS = 60_000

/** Adds requests of these seconds at a time, as the log does. */
function add(slowest: SlowestRequests, nowMs: number, ...seconds: readonly number[]): void {
  for (const duration of seconds) {
    const request = { duration } as RequestTrace
    if (slowest.wants(duration * 1000, nowMs)) slowest.add(request, duration * 1000, nowMs)
  }
}

const durations = (slowest: SlowestRequests, nowMs: number): number[] =>
  slowest.list(nowMs).map(({ duration }) => duration)

describe('the slowest requests', () => {
  it('are kept for each five minutes, the slowest first', () => {
    const slowest = new SlowestRequests(3, 0)
    add(slowest, 0, 5, 1, 4, 2, 3)
    add(slowest, 6 * MINUTE_MS, 0.5, 0.1, 0.2, 0.3)
    expect(durations(slowest, 6 * MINUTE_MS)).toEqual([5, 4, 3, 0.5, 0.3, 0.2])
    expect(slowest).toMatchObject({ size: 6, dropped: 3 })
  })

  it('are forgotten after an hour', () => {
    const slowest = new SlowestRequests(3, 0)
    add(slowest, 0, 5)
    expect(durations(slowest, 59 * MINUTE_MS)).toEqual([5])
    expect(durations(slowest, 61 * MINUTE_MS)).toEqual([])
    add(slowest, 61 * MINUTE_MS, 1)
    expect(slowest.size).toBe(1)
  })

  it('are none of those that took less than they must', () => {
    const slowest = new SlowestRequests(3, 200)
    add(slowest, 0, 0.1, 0.2, 0.3)
    expect(durations(slowest, 0)).toEqual([0.3, 0.2])
  })
})
