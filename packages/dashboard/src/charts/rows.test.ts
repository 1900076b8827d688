import { expect, test } from 'vitest'
import { History } from '../data/history.ts'
import { rowsOf, stepFor } from './rows.ts'

function hour(): History {
  const t = Array.from({ length: 3600 }, (_, i) => 10_000 + i)
  const history = new History()
  history.merge({ t, cpu: t })
  return history
}

test('a minute shows each sample', () => {
  const { times, edges } = rowsOf(hour(), 13_540, 13_599)
  expect(times).toHaveLength(61)
  expect(edges.at(-1)).toBe(3600)
})

test('an hour is some hundred points, and every sample is in one of them', () => {
  const { times, edges } = rowsOf(hour(), 10_000, 13_599)
  expect(times.length).toBeLessThanOrEqual(161)
  expect(edges[0]).toBe(0)
  expect(edges.at(-1)).toBe(3600)
  expect(edges).toEqual(edges.toSorted((a, b) => a - b))
})

test('a point keeps its samples while time goes on', () => {
  const history = hour()
  const before = rowsOf(history, 10_000, 13_590)
  const after = rowsOf(history, 10_001, 13_591)
  const inner = before.times.slice(2, -2)
  expect(after.times).toEqual(expect.arrayContaining(inner))
})

test('samples further apart than a point are points themselves', () => {
  expect(stepFor(3600, 30)).toBe(0)
  expect(stepFor(3600, 1)).toBeGreaterThan(1)
})
