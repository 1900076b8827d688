import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RingBuffer } from './ring-buffer.ts'

test('a ring holds the last items, oldest first, and counts those that gave way', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer()), (capacity, items) => {
      const ring = new RingBuffer<number>(capacity)
      for (const item of items) ring.push(item)
      expect([...ring]).toEqual(items.slice(-capacity))
      expect(ring.size).toBe(Math.min(capacity, items.length))
      expect(ring.dropped).toBe(Math.max(0, items.length - capacity))
    }),
  )
})

test('a cleared ring starts over', () => {
  const ring = new RingBuffer<string>(2)
  for (const item of 'abc') ring.push(item)
  ring.clear()
  expect([...ring]).toEqual([])
  for (const item of 'xyz') ring.push(item)
  expect([...ring]).toEqual(['y', 'z'])
})
