import { describe, expect, it } from 'vitest'
import { bucketIndex } from '../metrics/histogram.ts'
import type { Outcome } from './http-figures.ts'
import { HttpStatistics } from './http-statistics.ts'
import type { RequestTrace } from './request-trace.ts'

const START_MS = 600_000

function statisticsOf(
  ...requests: readonly [outcome: Outcome, seconds: number, streaming?: true][]
) {
  const statistics = new HttpStatistics(START_MS)
  for (const [outcome, seconds, streaming = false] of requests) {
    const request = { outcome, streaming } as RequestTrace
    statistics.record(request, bucketIndex(seconds), seconds, START_MS + 1000)
  }
  return statistics
}

describe('the figures of all requests', () => {
  it('since the last tick are rates and percentiles, the same for all who read them in a tick', () => {
    const statistics = statisticsOf(['ok', 0.1], ['ok', 0.1], ['error', 0.4], ['aborted', 9])
    const first = statistics.interval(START_MS + 2000, true)
    expect(first).toMatchObject({ rate: 2, errors: 1, aborted: 1 })
    expect(first.p50).toBeCloseTo(0.1, 2)
    expect(first.p99).toBeCloseTo(0.4, 2)
    expect(statistics.interval(START_MS + 2000, true)).toBe(first)
    // Who asks in between takes nothing from the next tick.
    statistics.answered(bucketIndex(1), 1, START_MS + 2500)
    expect(statistics.interval(START_MS + 2600, false)).toBe(first)
    expect(statistics.interval(START_MS + 3000, true)).toMatchObject({ rate: 1, p50: 1 })
    expect(statistics.interval(START_MS + 4000, true)).toEqual({
      rate: 0,
      errors: 0,
      aborted: 0,
      p50: null,
      p95: null,
      p99: null,
    })
  })

  it('of the last minute have the share of errors and timeouts among all requests', () => {
    const statistics = statisticsOf(['ok', 0.1], ['error', 0.1], ['aborted', 1], ['timeout', 300])
    expect(statistics.errorRate(START_MS + 2000)).toBe(50)
    expect(statistics.errorRate(START_MS + 90_000)).toBeNull()
    expect(statistics.rate(START_MS + 90_000)).toBe(0)
  })

  it('have the latency of what was answered, without streams, aborted and late requests', () => {
    const statistics = statisticsOf(
      ['ok', 0.1],
      ['ok', 60, true],
      ['aborted', 30],
      ['timeout', 300],
    )
    expect(statistics.latency(START_MS + 2000)).toMatchObject({ count: 1, max: 0.1 })
    expect(statistics.responseTime(START_MS + 2000)).toBeCloseTo(0.1, 2)
    expect(statistics).toMatchObject({ requests: 4, errors: 0, aborted: 1, timeouts: 1 })
  })

  it('are null where nothing is known', () => {
    const statistics = new HttpStatistics(START_MS)
    expect(statistics.errorRate(START_MS)).toBeNull()
    expect(statistics.responseTime(START_MS)).toBeNull()
    expect(statistics.interval(START_MS, true).rate).toBeNull()
  })
})

it('the percentiles of a hundred requests are those of their names', () => {
  const statistics = statisticsOf(
    ...Array.from({ length: 100 }, (_, i): [Outcome, number] => ['ok', (i + 1) / 100]),
  )
  const nowMs = START_MS + 2000
  expect(statistics.responseTime(nowMs)).toBeCloseTo(0.95, 1)
  for (const figures of [statistics.latency(nowMs), statistics.interval(nowMs, true)]) {
    expect(figures.p50).toBeCloseTo(0.5, 1)
    expect(Math.abs(figures.p95! - 0.95)).toBeLessThan(0.02)
    expect(Math.abs(figures.p99! - 0.99)).toBeLessThan(0.02)
  }
})
