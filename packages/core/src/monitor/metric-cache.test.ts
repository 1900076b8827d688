import { expect, test, vi } from 'vitest'
import { MetricCache } from './metric-cache.ts'

test('a value is collected once while it is young enough', async () => {
  const cache = new MetricCache(10)
  let collected = 0
  const collect = () => ++collected
  expect(await cache.get('a', 1000, 0, collect)).toBe(1)
  expect(await cache.get('a', 1000, 999, collect)).toBe(1)
  expect(await cache.get('a', 1000, 1000, collect)).toBe(2)
  expect(await cache.get('a', 0, 1000, collect)).toBe(3)
  expect(await cache.get('b', 1000, 1000, collect)).toBe(4)
})

test('callers at the same time share one collection', async () => {
  const cache = new MetricCache(10)
  const collect = vi.fn<() => Promise<number>>(async () => 5)
  const values = await Promise.all(
    Array.from({ length: 20 }, () => cache.get('a', 1000, 0, collect)),
  )
  expect(new Set(values)).toEqual(new Set([5]))
  expect(collect).toHaveBeenCalledTimes(1)
})

test('a failure, also a sync one, is passed on and not kept', async () => {
  const cache = new MetricCache(10)
  const fail = (): number => {
    throw new Error('no')
  }
  await expect(cache.get('a', 1000, 0, fail)).rejects.toThrow('no')
  expect(await cache.get('a', 1000, 1, () => 7)).toBe(7)
})

test('as many names are kept as the capacity says, and the oldest goes first', async () => {
  const cache = new MetricCache(2)
  let collected = 0
  for (const name of ['a', 'b', 'c', 'b', 'c']) await cache.get(name, 1000, 0, () => ++collected)
  expect(collected).toBe(3)
  await cache.get('a', 1000, 0, () => ++collected)
  expect(collected).toBe(4)
})
