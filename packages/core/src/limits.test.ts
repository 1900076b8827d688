import { expect, test } from 'vitest'
import { joinLimits } from './limits.ts'

test('a cap that two rooms have is shown once, with the larger use and the cuts of both', () => {
  const rooms = [
    { maxErrorLength: { limit: 10, used: 3, cut: 1 }, maxAlerts: { limit: 5, used: 1, cut: 0 } },
    { maxErrorLength: { limit: 10, used: 7, cut: 2 } },
  ]
  expect(joinLimits(...rooms)).toEqual({
    maxErrorLength: { limit: 10, used: 7, cut: 3 },
    maxAlerts: { limit: 5, used: 1, cut: 0 },
  })
})
