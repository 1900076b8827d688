import { expect, test } from 'vitest'
import { waitExceededBy } from './wait-exceeded.ts'

test('one block makes moments wait for its rest', () => {
  expect(waitExceededBy(10, [500])).toBe(490)
  expect(waitExceededBy(600, [500])).toBe(0)
  expect(waitExceededBy(1, [])).toBe(0)
})

test('blocks of several lengths add up from the longest on', () => {
  // 10 ms above 40 in the first, and 20 + 10 above 30 in both.
  expect(waitExceededBy(10, [50, 40])).toBe(40)
  expect(waitExceededBy(30, [50, 40])).toBe(30)
})

test('blocks of one length may be given by their number', () => {
  expect(waitExceededBy(30, [50, 40], [1, 3])).toBe(waitExceededBy(30, [50, 40, 40, 40]))
})
