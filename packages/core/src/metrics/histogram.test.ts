import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MtaioError } from '../errors.ts'
import { bucketBound, bucketIndex } from './bucket-index.ts'
import { ExponentialHistogram } from './histogram.ts'

const magnitude = fc.double({ min: 1e-30, max: 1e30, noNaN: true })
const latency = fc.double({ min: 1e-4, max: 100, noNaN: true })
const value = fc.oneof(
  magnitude,
  magnitude.map((v) => -v),
  fc.constant(0),
  fc.integer({ min: -50, max: 50 }),
)
const values = fc.array(value, { maxLength: 200 })

function histogramOf(values: readonly number[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** All that must be equal exactly: a float sum depends on the order of the additions. */
function exact(histogram: ExponentialHistogram): unknown {
  const { sum: _, ...rest } = histogram.export()
  return rest
}

describe('ExponentialHistogram', () => {
  test('knows nothing while it is empty', () => {
    const empty = new ExponentialHistogram()
    expect(empty).toMatchObject({
      count: 0,
      sum: 0,
      zeroCount: 0,
      min: null,
      max: null,
      mean: null,
    })
    expect(empty.quantile(0.5)).toBeNull()
    expect([...empty.buckets()]).toEqual([])
    expect(empty.cumulative([1, 2])).toEqual([0, 0])
  })

  test('refuses NaN and both infinities, so that the buckets always add up to the count', () => {
    const histogram = new ExponentialHistogram()
    for (const value of [NaN, Infinity, -Infinity]) expect(histogram.record(value)).toBe(false)
    for (const times of [0, -1, 1.5, NaN]) expect(histogram.record(1, times)).toBe(false)
    expect(histogram.count).toBe(0)
    expect(histogram.sum).toBe(0)
  })

  test('gives every percentile at most 1.1 % off the nearest rank', () => {
    const q = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), q, (values, q) => {
        const sorted = values.toSorted((a, b) => a - b)
        const rank = Math.max(1, Math.ceil(q * values.length * (1 - Number.EPSILON)))
        const wanted = sorted[rank - 1]!
        const given = histogramOf(values).quantile(q)!
        expect(Math.abs(given - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 0.011)
      }),
      { numRuns: 500 },
    )
  })

  test('takes the nearest rank where floats would round up to the next one', () => {
    const hundred = histogramOf(Array.from({ length: 100 }, (_, i) => 1.1 ** i))
    expect(hundred.quantile(0.07)).toBeLessThan(1.1 ** 6 * 1.02)
  })

  test('keeps count, minimum and maximum exactly', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const histogram = histogramOf(values)
        expect(histogram.count).toBe(values.length)
        expect(histogram.min).toBe(Math.min(...values))
        expect(histogram.max).toBe(Math.max(...values))
        expect(histogram.quantile(0)).toBe(histogram.min)
        expect(histogram.quantile(1)).toBe(histogram.max)
        const inBuckets = [...histogram.buckets()].reduce((sum, bucket) => sum + bucket.count, 0)
        expect(inBuckets).toBe(values.length)
      }),
    )
  })

  test('merges to what recording everything in one would have given, in any order', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const whole = exact(histogramOf([...a, ...b, ...c]))
        const left = histogramOf(a).merge(histogramOf(b)).merge(histogramOf(c))
        const right = histogramOf(a).merge(histogramOf(b).merge(histogramOf(c)))
        const turned = histogramOf(c).merge(histogramOf(a)).merge(histogramOf(b))
        for (const merged of [left, right, turned]) expect(exact(merged)).toEqual(whole)
      }),
    )
  })

  test('is not changed by a merge into another one or by its clone', () => {
    const a = histogramOf([1, 2])
    const before = a.export()
    histogramOf([3]).merge(a)
    a.clone().record(9)
    expect(a.export()).toEqual(before)
  })

  test('is as new after a reset, and its array is used again', () => {
    const histogram = histogramOf([0.1, -3, 0])
    histogram.reset()
    expect(histogram.export()).toEqual(new ExponentialHistogram().export())
    histogram.record(0.1)
    expect(histogram.export()).toEqual(histogramOf([0.1]).export())
  })

  test('lists its buckets by ascending value, each holding what was recorded', () => {
    fc.assert(
      fc.property(values, (values) => {
        const buckets = [...histogramOf(values).buckets()]
        for (const [i, bucket] of buckets.entries()) {
          const before = buckets[i - 1]?.to ?? -Infinity
          expect(bucket.from).toBeGreaterThanOrEqual(before)
          const inside = values.filter((v) => {
            if (v === 0 || bucket.to === bucket.from) return v === 0 && bucket.to === bucket.from
            return v > 0 ? bucket.from < v && v <= bucket.to : bucket.from <= v && v < bucket.to
          })
          expect(inside).toHaveLength(bucket.count)
        }
      }),
    )
  })

  test('exports the layout of OpenTelemetry, from which the buckets can be had again', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1 }), (values) => {
        const { positive, scale, zeroCount, count } = histogramOf(values).export()
        expect(scale).toBe(5)
        expect(zeroCount).toBe(0)
        const again = new Map<number, number>()
        for (const value of values) {
          again.set(bucketIndex(value), (again.get(bucketIndex(value)) ?? 0) + 1)
        }
        expect(positive.counts.reduce((a, b) => a + b)).toBe(count)
        expect(positive.counts.at(0)).toBeGreaterThan(0)
        expect(positive.counts.at(-1)).toBeGreaterThan(0)
        const buckets = positive.counts.map((n, i) => [positive.offset + i, n] as const)
        expect(new Map(buckets.filter(([, n]) => n > 0))).toEqual(again)
      }),
    )
  })

  test('merges by its exported layout alone without loss', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const merged = histogramOf(a).merge(histogramOf(b)).export()
        for (const side of ['positive', 'negative'] as const) {
          const counts = new Map<number, number>()
          for (const run of [histogramOf(a).export()[side], histogramOf(b).export()[side]]) {
            for (const [i, n] of run.counts.entries()) {
              if (n > 0) counts.set(run.offset + i, (counts.get(run.offset + i) ?? 0) + n)
            }
          }
          const given = merged[side].counts.map((n, i) => [merged[side].offset + i, n] as const)
          expect(new Map(given.filter(([, n]) => n > 0))).toEqual(
            new Map([...counts].toSorted(([x], [y]) => x - y)),
          )
        }
      }),
    )
  })

  test('counts below a bound, rising to the count, and exactly at the ends of buckets', () => {
    const histogram = histogramOf([-2, 0, 0.004, 0.006, 0.03, 7])
    expect(histogram.cumulative([-3, -1, 0, 0.005, 0.01, 1, 10, Infinity])).toEqual([
      0, 1, 2, 3, 4, 5, 6, 6,
    ])
    expect(histogramOf([1, 1, 1]).cumulative([0.99, 1])).toEqual([0, 3])
  })

  test('counts below any bound what the buckets with their middle there hold', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.array(value, { maxLength: 20 }),
        (values, given) => {
          const histogram = histogramOf(values)
          const bounds = given.toSorted((a, b) => a - b)
          const { min, max, count } = histogram
          const expected = bounds.map((bound) => {
            if (bound < min!) return 0
            if (bound >= max!) return count
            return [...histogram.buckets()]
              .filter(({ from, to }) => (to === from ? 0 : (2 * from * to) / (from + to)) <= bound)
              .reduce((sum, bucket) => sum + bucket.count, 0)
          })
          expect(histogram.cumulative(bounds)).toEqual(expected)
        },
      ),
    )
  })

  test('counts on beyond 2^32 in one bucket', () => {
    const histogram = new ExponentialHistogram()
    histogram.record(1, 2 ** 32 - 1)
    histogram.recordAt(bucketIndex(1), 1)
    histogram.record(1)
    expect(histogram.export().positive.counts).toEqual([2 ** 32 + 1])
    histogram.merge(histogram.clone())
    expect(histogram.export().positive.counts).toEqual([2 ** 33 + 2])
    expect(new ExponentialHistogram().merge(histogram).export().positive.counts).toEqual([
      2 ** 33 + 2,
    ])
  })

  test('holds one octave for a quiet series, and 4 KB hold 32 octaves', () => {
    const quiet = histogramOf([0.011, 0.012])
    expect(quiet.positive.counts.byteLength).toBe(128)
    const busy = new ExponentialHistogram()
    for (let octave = -20; octave < 12; octave++) busy.record(bucketBound(octave * 32 + 1))
    expect(busy.positive.counts.byteLength).toBe(4096)
  })

  test('is bounded even when values span the whole range of floats', () => {
    const histogram = histogramOf([Number.MIN_VALUE, Number.MAX_VALUE])
    expect(histogram.positive.counts.byteLength).toBeLessThanOrEqual(32_768)
    expect(histogram.quantile(1)).toBe(Number.MAX_VALUE)
  })

  test('says what to do when a quantile is none', () => {
    for (const q of [-0.1, 95, NaN]) {
      expect(() => histogramOf([1]).quantile(q)).toThrow(MtaioError)
      expect(() => histogramOf([1]).quantile(q)).toThrow(/0 to 1/)
    }
  })
})
