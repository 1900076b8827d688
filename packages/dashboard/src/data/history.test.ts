import { expect, test } from 'vitest'
import { History } from './history.ts'

function filled(from: number, to: number): History {
  const t = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const history = new History()
  history.merge({ t, cpu: t.map((time) => time % 100) })
  return history
}

test('samples are appended once, whichever way they came', () => {
  const history = filled(1000, 1010)
  expect(history.append({ t: 1010, cpu: 5 })).toBe(false)
  expect(history.append({ t: 1011, cpu: 5 })).toBe(true)
  expect(history.end).toBe(1011)
  expect(history.column('cpu')?.at(-1)).toBe(5)
})

test('missing samples are a gap and not a line across', () => {
  const history = filled(1000, 1010)
  history.append({ t: 1030, cpu: 5 })
  expect(history.times.slice(-3)).toEqual([1010, 1011, 1030])
  expect(history.column('cpu')?.slice(-3)).toEqual([10, null, 5])
})

test('what the server sends replaces what the page had of that time, and older samples stay', () => {
  const history = filled(1000, 1010)
  history.merge({ t: [1008, 1009, 1010, 1011], cpu: [1, 2, 3, 4] })
  expect(history.times).toEqual([
    1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011,
  ])
  expect(history.column('cpu')?.slice(-4)).toEqual([1, 2, 3, 4])
})

test('a figure that comes later is null before', () => {
  const history = filled(1000, 1002)
  history.append({ t: 1003, cpu: 1, rss: 7 })
  expect(history.column('rss')).toEqual([null, null, null, 7])
})

test('after two hours it holds little more than one', () => {
  const history = new History()
  for (let t = 0; t < 7200; t++) history.append({ t, cpu: 1 })
  expect(history.length).toBeGreaterThanOrEqual(3600)
  expect(history.length).toBeLessThan(4300)
  expect(history.column('cpu')?.length).toBe(history.length)
})

test('a stretch has one more sample on each side', () => {
  const history = filled(1000, 1010)
  const [first, end] = history.bounds(1003, 1006)
  expect(history.times.slice(first, end)).toEqual([1002, 1003, 1004, 1005, 1006])
})

test('a figure named __proto__ is a plain figure', () => {
  const history = new History()
  history.merge(JSON.parse('{"t":[1,2],"__proto__":[5,6]}') as { t: number[] })
  expect(history.column('__proto__')).toEqual([5, 6])
})
