import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { cutText, ownCopy } from './cut-text.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of heap that `count` texts take, each made from one of a megabyte. */
function heapOf(count: number, make: (long: string) => string): number {
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: count }, (_, i) => make(`${i}${'x'.repeat(1e6)}`))
  collect()
  const bytes = process.memoryUsage().heapUsed - before
  expect(kept).toHaveLength(count)
  return bytes
}

test('a cut text does not keep the long one in memory, as a slice does', () => {
  expect(heapOf(20, (long) => long.slice(0, 100))).toBeGreaterThan(10e6)
  expect(heapOf(20, (long) => cutText(long, 100))).toBeLessThan(1e6)
})

test('a text is cut to the characters it may have, and left alone where it is short', () => {
  expect(cutText('abcdef', 3)).toBe('abc')
  expect(cutText('abc', 3)).toBe('abc')
  expect(ownCopy('grün 🙂')).toBe('grün 🙂')
  expect(cutText('a🙂', 2)).toBe('a\ufffd')
})
