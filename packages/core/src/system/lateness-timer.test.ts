import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LatenessTimer } from './lateness-timer.ts'

test('the delay is null when no round was measured, never what an empty histogram says', async () => {
  const timer = new LatenessTimer()
  const unknown = { p50: null, p99: null, max: null }
  expect(timer.read()).toEqual(unknown)
  timer.start()
  expect(timer.read()).toEqual(unknown)
  await sleep(150)
  const { p50, max } = timer.read()
  expect(p50).toBeGreaterThanOrEqual(0)
  expect(max).toBeLessThan(10)
  expect(timer.read()).toEqual(unknown)
  timer.stop()
})
