import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { clock } from '../clock.ts'
import { TickTimer } from './tick-timer.ts'

let timer: TickTimer | undefined

afterEach(() => {
  timer?.stop()
  vi.useRealTimers()
})

function run(intervalMs: number, onTick: (dueMs: number) => void): number {
  const startMs = clock.now()
  timer = new TickTimer(intervalMs, onTick)
  timer.start(startMs)
  return startMs
}

function block(ms: number): void {
  const endMs = clock.now() + ms
  while (clock.now() < endMs);
}

test('ticks lie on a grid: one that comes late does not move the next', async () => {
  const due: number[] = []
  const startMs = run(20, (dueMs) => {
    due.push(dueMs)
    block(7)
  })
  await vi.waitFor(() => expect(due.length).toBeGreaterThan(8))
  for (const dueMs of due) {
    const steps = (dueMs - startMs) / 20
    expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6)
  }
})

test('a tick never comes before its time', async () => {
  const early: number[] = []
  let ticks = 0
  run(11, (dueMs) => {
    ticks++
    if (clock.now() < dueMs) early.push(dueMs - clock.now())
  })
  await vi.waitFor(() => expect(ticks).toBeGreaterThan(20))
  // Node's timers count whole milliseconds of a loop time that may lie just before ours.
  for (const ms of early) expect(ms).toBeLessThan(1)
})

test('ticks missed while the process was blocked are left out, not made up for', async () => {
  const due: number[] = []
  run(10, (dueMs) => {
    due.push(dueMs)
    if (due.length === 2) block(95)
  })
  await vi.waitFor(() => expect(due.length).toBeGreaterThan(3))
  const [, second = NaN, third = NaN, fourth = NaN] = due
  expect(third - second).toBeGreaterThanOrEqual(89)
  expect(fourth - third).toBeGreaterThanOrEqual(9.9)
})

test('fake timers of the app stop nothing', async () => {
  vi.useFakeTimers()
  let ticks = 0
  run(10, () => {
    ticks++
  })
  await sleep(200)
  expect(ticks).toBeGreaterThanOrEqual(3)
})

test('ticks run outside the async context in which the timer was started', async () => {
  const context = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  context.run('a request', () => {
    run(10, () => {
      seen.push(context.getStore())
    })
  })
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(2))
  expect(new Set(seen)).toEqual(new Set([undefined]))
})

test('a stopped timer does not tick, and can be started again', async () => {
  let ticks = 0
  run(10, () => {
    ticks++
    timer?.stop()
  })
  await sleep(60)
  expect(ticks).toBe(1)
  timer?.start(clock.now())
  await vi.waitFor(() => expect(ticks).toBe(2))
})
