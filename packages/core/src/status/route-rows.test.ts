import { describe, expect, it } from 'vitest'
import type { Outcome } from '../http/http-figures.ts'
import type { RequestTrace } from '../http/request-trace.ts'
import { RouteTable } from '../http/route-table.ts'
import { resolveLimits } from '../limits.ts'
import { bucketIndex } from '../metrics/histogram.ts'
import { MetricStore } from '../metrics/metric-store.ts'
import { Profiler } from '../profiler/profiler.ts'
import { Pacer } from './pacer.ts'
import { routeRows } from './route-rows.ts'

const START_MS = 600_000

function setUp() {
  const limits = resolveLimits({})
  const profiler = new Profiler({ limits })
  const table = new RouteTable(limits, new MetricStore(limits), (name) => profiler.operation(name))
  const entry = table.entry('GET', '/')
  return {
    answered: (seconds: number, nowMs: number): void =>
      entry.answered(200, bucketIndex(seconds), seconds, nowMs),
    ended: (outcome: Outcome, status: number, nowMs: number): void =>
      entry.record({ outcome, status } as RequestTrace, bucketIndex(1), 1, nowMs),
    row: async (nowMs: number) => (await routeRows(table, 60, START_MS, nowMs, new Pacer()))[0]!,
  }
}

describe('the row of a route', () => {
  it('counts each request once, whatever became of it; what failed or was given up is its error rate', async () => {
    const { answered, ended, row } = setUp()
    for (let i = 0; i < 5; i++) answered(0.1, START_MS)
    ended('error', 500, START_MS)
    ended('aborted', 499, START_MS)
    ended('timeout', 504, START_MS)
    expect(await row(START_MS + 4000)).toMatchObject({
      count: 8,
      errors: 1,
      aborted: 1,
      timeouts: 1,
      errorRate: 25,
      rate: 2,
    })
  })

  it('has the percentiles of their names', async () => {
    const { answered, row } = setUp()
    for (let i = 1; i <= 100; i++) answered(i / 100, START_MS)
    const { p50, p95, p99 } = await row(START_MS + 1000)
    expect(Math.abs(p50! - 0.5)).toBeLessThan(0.02)
    expect(Math.abs(p95! - 0.95)).toBeLessThan(0.02)
    expect(Math.abs(p99! - 0.99)).toBeLessThan(0.02)
  })

  it('has a line that is level while the rate is, and does not fall where a slice has only begun', async () => {
    const { answered, row } = setUp()
    // Four a second, up to the middle of a slice of five seconds.
    const endMs = START_MS + 32_500
    for (let nowMs = START_MS; nowMs < endMs; nowMs += 250) answered(0.1, nowMs)
    const { spark } = await row(endMs)
    expect(spark).toEqual([0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4])
    // Nothing is known yet of a slice that has just begun; it is no peak, either.
    answered(0.1, START_MS + 35_000)
    expect((await row(START_MS + 35_001)).spark.at(-1)).toBe(1)
  })
})
