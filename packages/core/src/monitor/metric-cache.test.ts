import { beforeEach, expect, test, vi } from 'vitest'
import { MetricCache } from './metric-cache.ts'

let nowMs: number

beforeEach(() => {
  nowMs = 0
})

function cacheOf(capacity: number): MetricCache {
  return new MetricCache(capacity, () => nowMs)
}

test('a value is collected once while it is young enough', async () => {
  const cache = cacheOf(10)
  let collected = 0
  const collect = () => ++collected
  expect(await cache.get('a', 1000, collect)).toBe(1)
  nowMs = 999
  expect(await cache.get('a', 1000, collect)).toBe(1)
  nowMs = 1000
  expect(await cache.get('a', 1000, collect)).toBe(2)
  expect(await cache.get('a', 0, collect)).toBe(3)
  expect(await cache.get('b', 1000, collect)).toBe(4)
})

test('its age counts from when it came, and what is still collected is shared however long it takes', async () => {
  const cache = cacheOf(10)
  let finish: (value: number) => void = () => {}
  const collect = vi.fn<() => Promise<number>>(() => new Promise((resolve) => (finish = resolve)))
  const first = cache.get('a', 1000, collect)
  await Promise.resolve()
  nowMs = 5000
  const second = cache.get('a', 1000, collect)
  finish(7)
  expect(await Promise.all([first, second])).toEqual([7, 7])
  nowMs = 5999
  expect(await cache.get('a', 1000, collect)).toBe(7)
  expect(collect).toHaveBeenCalledTimes(1)
})

test('callers at the same time share one collection', async () => {
  const cache = cacheOf(10)
  const collect = vi.fn<() => Promise<number>>(async () => 5)
  const values = await Promise.all(Array.from({ length: 20 }, () => cache.get('a', 1000, collect)))
  expect(new Set(values)).toEqual(new Set([5]))
  expect(collect).toHaveBeenCalledTimes(1)
})

test('a failure, also a sync one, is passed on and not kept', async () => {
  const cache = cacheOf(10)
  const fail = (): number => {
    throw new Error('no')
  }
  await expect(cache.get('a', 1000, fail)).rejects.toThrow('no')
  expect(await cache.get('a', 1000, () => 7)).toBe(7)
})

test('as many names are kept as the capacity says, and the oldest goes first', async () => {
  const cache = cacheOf(2)
  let collected = 0
  for (const name of ['a', 'b', 'c', 'b', 'c']) await cache.get(name, 1000, () => ++collected)
  expect(collected).toBe(3)
  await cache.get('a', 1000, () => ++collected)
  expect(collected).toBe(4)
})
