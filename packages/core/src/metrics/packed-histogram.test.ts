import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExponentialHistogram } from './histogram.ts'
import { pack, packedCount, packedSum, unpackInto } from './packed-histogram.ts'

test('unpacking gives back exactly what was packed, whatever the values and counts', () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 })
  const times = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(value, times), { maxLength: 50 }), (records) => {
      const histogram = new ExponentialHistogram()
      for (const [value, times] of records) histogram.record(value, times)
      const packed = pack(histogram)
      const again = new ExponentialHistogram()
      unpackInto(again, packed)
      expect(again.export()).toEqual(histogram.export())
      expect(packedCount(packed)).toBe(histogram.count)
      expect(packedSum(packed)).toBe(histogram.sum)
    }),
  )
})

test('every bucket of both sides in use fits the scratch buffer', () => {
  const histogram = new ExponentialHistogram()
  for (let index = -4096; index < 4096; index++) {
    histogram.positive.add(index, 2 ** 31)
    histogram.negative.add(index, 2 ** 31)
  }
  const again = new ExponentialHistogram()
  unpackInto(again, pack(histogram))
  expect(again.export().positive.counts).toHaveLength(8192)
  expect(again.export().negative.counts).toHaveLength(8192)
})

test('a slice of a few values takes a few dozen bytes', () => {
  const histogram = new ExponentialHistogram()
  for (const value of [0.011, 0.012, 0.3]) histogram.record(value)
  expect(pack(histogram).length).toBeLessThanOrEqual(44)
})
