import { expect, it } from 'vitest'
import { FailureLog } from './failure-log.ts'

it('says each failure once, a bounded number of them, and counts them all', () => {
  const lines: string[] = []
  const log = new FailureLog('/_monitor', (line) => lines.push(line))
  for (let i = 0; i < 3; i++) log.add(new Error('no disk'))
  log.add('thrown')
  log.add(new Error('no memory'))
  expect(lines).toEqual([
    'A request for /_monitor failed: no disk',
    'A request for /_monitor failed: something was thrown',
    'A request for /_monitor failed: no memory',
  ])
  for (let i = 0; i < 1000; i++) log.add(new Error(`${i}${'x'.repeat(10_000)}`))
  expect(lines).toHaveLength(20)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(600)
  expect(log.total).toBe(1005)
})
