import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TurnWatch } from './turn-watch.ts'

let busy: number
let watch: TurnWatch

beforeEach(() => {
  busy = 0
  watch = new TurnWatch(() => {
    busy += 1
  })
})

afterEach(() => watch.stop())

function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

async function turn(times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}

test('a block is measured as long as it was, and each moment in it as long as it waited', async () => {
  await turn(1)
  watch.start()
  const began = performance.now()
  await sleep(200)
  block(300)
  await sleep(100)
  const { p50, p99, max } = watch.read()
  const elapsed = (performance.now() - began) / 1000
  expect(max).toBeGreaterThan(0.299)
  expect(max).toBeLessThan(elapsed)
  // 1 % of the moments waited for longer than the p99, half of them for longer than the p50.
  expect(p99).toBeGreaterThan(0.299 - 0.02 * elapsed)
  expect(p99).toBeLessThan(max!)
  expect(p50).toBeLessThan(Math.max(0.02, max! - elapsed / 2 + 0.05))
})

test('the turn that is going on counts, and its rest belongs to the next interval', async () => {
  watch.start()
  await turn(1)
  watch.read()
  block(60)
  expect(watch.read().max).toBeGreaterThan(0.059)
  block(30)
  await turn(2)
  expect(watch.read().max).toBeGreaterThan(0.029)
})

test('an interval without a block has a p99 of 0, one that was not watched null', async () => {
  expect(watch.read()).toEqual({ p50: null, p99: null, max: null })
  watch.start()
  await turn(3)
  watch.read()
  watch.stop()
  await turn(1)
  expect(watch.read()).toEqual({ p50: null, p99: null, max: null })
})

test('a loop that turns often ends the watch and says so once', async () => {
  await turn(1)
  watch.start()
  await turn(250)
  expect(busy).toBe(0)
  await turn(500)
  expect(busy).toBe(1)
  expect(watch.isRunning).toBe(false)
  expect(watch.read().max).not.toBeNull()
})
