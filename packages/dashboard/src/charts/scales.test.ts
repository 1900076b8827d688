import { expect, test } from 'vitest'
import type { Figure } from './figure.ts'
import { decadeMarks, decades, linearRange, markText, roundUp } from './scales.ts'

const plot = {} as Parameters<typeof decades>[0]

test.each([
  [0.0187, 'seconds', 0.02],
  [71, 'number', 80],
  [101, 'number', 120],
  [300 * 1024 ** 2, 'bytes', 384 * 1024 ** 2],
  [1000, 'bytes', 1024],
] as const)('%f %s is below the round figure %f, whose half is round too', (value, unit, top) => {
  expect(roundUp(value, unit)).toBeCloseTo(top, 9)
})

test.each([
  ['percent', 95, 100],
  ['percent', 100, 100],
  ['percent', 3, 4],
  ['number', 95, 120],
] as const)('a scale of %s up to %f ends at %f', (unit, max, top) => {
  expect(linearRange({ unit } as Figure)(plot, 0, max)).toEqual([0, top])
})

test('decades hold all values, and are two at least', () => {
  expect(decades(plot, 0.011, 1.4)).toEqual([0.01, 10])
  const [low, high] = decades(plot, 0.02, 0.03)
  expect([low, high].map((edge) => Math.log10(edge ?? 0))).toEqual([-2, 0])
  expect(decades(plot, null, null)).toEqual([0.001, 0.1])
})

test('many decades have every second mark', () => {
  expect(decadeMarks(plot, 0, 1e-6, 1).map((mark) => markText(mark, 'seconds'))).toHaveLength(4)
})
