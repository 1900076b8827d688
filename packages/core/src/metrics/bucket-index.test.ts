import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketBound, bucketIndex, bucketMiddle, MAX_INDEX, MIN_INDEX } from './bucket-index.ts'

const inRange = fc.double({
  min: 1e-38,
  max: 1e38,
  noNaN: true,
  noDefaultInfinity: true,
})

describe('bucketIndex', () => {
  test('puts a value between the bounds of its bucket, the upper one included', () => {
    fc.assert(
      fc.property(inRange, (value) => {
        const index = bucketIndex(value)
        expect(bucketBound(index)).toBeLessThan(value)
        expect(bucketBound(index + 1)).toBeGreaterThanOrEqual(value)
      }),
      { numRuns: 2000 },
    )
  })

  test('puts each bound into the bucket that it ends, and the next float into the next bucket', () => {
    for (let index = -640; index < 640; index++) {
      const bound = bucketBound(index + 1)
      expect(bucketIndex(bound)).toBe(index)
      expect(bucketIndex(bound * (1 + Number.EPSILON))).toBe(index + 1)
    }
  })

  test('never falls as the value rises', () => {
    fc.assert(
      fc.property(inRange, inRange, (a, b) => {
        expect(bucketIndex(Math.min(a, b))).toBeLessThanOrEqual(bucketIndex(Math.max(a, b)))
      }),
    )
  })

  test('counts what lies outside its range in the first and the last bucket', () => {
    expect(bucketIndex(Number.MIN_VALUE)).toBe(MIN_INDEX)
    expect(bucketIndex(1e-40)).toBe(MIN_INDEX)
    expect(bucketIndex(Number.MAX_VALUE)).toBe(MAX_INDEX)
  })

  test('has a middle that is at most 1.1 % from every value of the bucket', () => {
    fc.assert(
      fc.property(inRange, (value) => {
        const middle = bucketMiddle(bucketIndex(value))
        expect(Math.abs(middle - value) / value).toBeLessThanOrEqual(0.011)
      }),
      { numRuns: 2000 },
    )
  })
})
