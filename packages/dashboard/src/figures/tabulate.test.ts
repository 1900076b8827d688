import { expect, test } from 'vitest'
import { tabulate } from './tabulate.ts'

test('many samples are few rows with mean and largest', () => {
  const times = Array.from({ length: 100 }, (_, i) => i)
  const rows = tabulate(times, [times], 10)
  expect(rows).toHaveLength(10)
  expect(rows[0]).toEqual({ time: 9, lines: [{ mean: 4.5, max: 9 }] })
})

test('where nothing was measured there is no figure', () => {
  expect(tabulate([1, 2], [[null, null]], 1)).toEqual([
    { time: 2, lines: [{ mean: null, max: null }] },
  ])
  expect(tabulate([], [[]], 5)).toEqual([])
})
