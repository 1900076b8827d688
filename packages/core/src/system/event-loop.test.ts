import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventLoopMeter } from './event-loop.ts'

let meter: EventLoopMeter
beforeEach(() => {
  meter = new EventLoopMeter()
})
afterEach(() => meter.stop())

function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** Turns the loop for some time as fast as it goes. */
async function turnFor(ms: number): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}

test('a block of 500 ms shows in its interval when the sampling timer is delayed by it too', async () => {
  meter.start()
  const figures = new Promise<ReturnType<EventLoopMeter['read']>>((resolve) => {
    setTimeout(() => resolve(meter.read()), 100)
  })
  await sleep(50)
  block(500)
  const { eventLoopDelay, eventLoopUtilization } = await figures
  expect(eventLoopDelay.max).toBeGreaterThan(0.49)
  expect(eventLoopDelay.p99).toBeGreaterThan(0.45)
  expect(eventLoopUtilization).toBeGreaterThan(70)
})

test('a block of a busy loop shows, in the interval at whose end it is over', async () => {
  meter.start()
  await turnFor(300)
  meter.read()
  await turnFor(100)
  block(300)
  await turnFor(100)
  const { eventLoopDelay } = meter.read()
  // The timer sees what is left of the block when it is due, and it is due every 20 ms.
  expect(eventLoopDelay.max).toBeGreaterThan(0.25)
  expect(eventLoopDelay.p99).toBeGreaterThan(0.25)
})

test('a block of a busy loop shows as well when the interval is longer', async () => {
  meter.start()
  await turnFor(300)
  meter.read()
  await turnFor(1500)
  block(500)
  await turnFor(1500)
  // 1 % of 3.5 s waits for longer, all of it at the end of the block.
  expect(meter.read().eventLoopDelay.p99).toBeGreaterThan(0.4)
})

test('over no time nothing is known, and the interval goes on', async () => {
  meter.start()
  await sleep(20)
  meter.read()
  block(50)
  await sleep(1)
  expect(meter.read().eventLoopDelay.max).toBeGreaterThan(0.045)
  expect(meter.read()).toEqual({
    eventLoopUtilization: null,
    eventLoopDelay: { p50: null, p99: null, max: null },
  })
  block(50)
  await sleep(1)
  expect(meter.read().eventLoopDelay.max).toBeGreaterThan(0.045)
})

test('every figure is of its interval, not of all that was before', async () => {
  await sleep(1)
  meter.start()
  block(200)
  await sleep(1)
  expect(meter.read().eventLoopUtilization).toBeGreaterThan(80)
  await sleep(300)
  const { eventLoopDelay, eventLoopUtilization } = meter.read()
  expect(eventLoopUtilization).toBeLessThan(50)
  expect(eventLoopDelay.max).toBeLessThan(0.19)
})

test('a loop that calms down is measured on', async () => {
  meter.start()
  await turnFor(300)
  meter.read()
  await sleep(200)
  meter.read()
  await sleep(20)
  block(50)
  await sleep(20)
  expect(meter.read().eventLoopDelay.max).toBeGreaterThan(0.045)
})

test('nothing is known before the start and after the stop, and both can be repeated', async () => {
  const unknown = {
    eventLoopUtilization: null,
    eventLoopDelay: { p50: null, p99: null, max: null },
  }
  expect(meter.read()).toEqual(unknown)
  meter.start()
  meter.start()
  await sleep(10)
  expect(meter.read().eventLoopUtilization).not.toBeNull()
  meter.stop()
  meter.stop()
  expect(meter.read()).toEqual(unknown)
  meter.start()
  await sleep(10)
  expect(meter.read().eventLoopDelay.max).not.toBeNull()
})
