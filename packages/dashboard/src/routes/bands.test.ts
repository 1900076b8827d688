import { expect, test } from 'vitest'
import type { RequestSummary } from '@core/status/api-types.ts'
import { bandsOf } from './bands.ts'

const FACTOR = 2 ** (1 / 32)

function bucket(index: number, count: number): { from: number; to: number; count: number } {
  return { from: 0.01 * FACTOR ** index, to: 0.01 * FACTOR ** (index + 1), count }
}

function example(duration: number, outcome: RequestSummary['outcome'] = 'ok'): RequestSummary {
  return { id: String(duration), duration, outcome } as RequestSummary
}

const route = { method: 'GET', route: '/', count: 0 }

test('no request is lost and none is counted twice', () => {
  const buckets = Array.from({ length: 300 }, (_, i) => bucket(i, 1 + (i % 7))).filter(
    (_, i) => i % 3 !== 1,
  )
  const bands = bandsOf({ ...route, buckets, examples: [] })
  const sum = (list: readonly { count: number }[]): number =>
    list.reduce((all, { count }) => all + count, 0)
  expect(sum(bands)).toBe(sum(buckets))
  expect(bands.length).toBeLessThanOrEqual(28)
  expect(bands[0]?.from).toBeCloseTo(0.01)
})

test('an example stands in the bar of its latency, a failed one before others', () => {
  const buckets = [bucket(0, 5), bucket(40, 5), bucket(100, 1)]
  const bands = bandsOf({
    ...route,
    buckets,
    examples: [example(0.0101), example(0.0102, 'error'), example(0.01 * FACTOR ** 100.5)],
  })
  expect(bands[0]?.example?.duration).toBe(0.0102)
  expect(bands.at(-1)?.example).not.toBeNull()
  expect(bands.filter((band) => band.example !== null)).toHaveLength(2)
})

test('one bucket is one bar, none are no bars', () => {
  expect(bandsOf({ ...route, buckets: [bucket(3, 9)], examples: [] })).toHaveLength(1)
  expect(bandsOf({ ...route, buckets: [], examples: [] })).toEqual([])
})
