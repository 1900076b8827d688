import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { GcMeter } from './gc.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void

/** Until all that was collected before is reported, to whomever. */
beforeEach(() => sleep(50))

function startedMeter(): GcMeter {
  const meter = new GcMeter()
  meter.start()
  onTestFinished(() => meter.stop())
  return meter
}

test('every collection of a batch is counted, by kind', async () => {
  const meter = startedMeter()
  for (let index = 0; index < 5; index += 1) collect()
  for (let index = 0; index < 3; index += 1) collect({ type: 'minor' })
  await sleep(50)
  const gc = meter.read()
  expect(gc.byKind.major.count).toBeGreaterThanOrEqual(5)
  expect(gc.byKind.minor.count).toBeGreaterThanOrEqual(3)
  expect(gc.byKind.major.time).toBeGreaterThan(0)
  expect(gc.byKind.major.time).toBeLessThan(5)
  const kinds = Object.values(gc.byKind)
  expect(gc.count).toBe(kinds.reduce((sum, kind) => sum + kind.count, 0))
  expect(gc.time).toBeCloseTo(kinds.reduce((sum, kind) => sum + kind.time, 0))
})

test('a collection is counted in one interval only', async () => {
  const meter = startedMeter()
  for (let index = 0; index < 20; index += 1) collect()
  await sleep(50)
  expect(meter.read().byKind.major.count).toBeGreaterThanOrEqual(20)
  await sleep(50)
  expect(meter.read().byKind.major.count).toBeLessThan(20)
})

test('nothing is counted after the stop, and nothing is left in the timeline', async () => {
  const meter = startedMeter()
  meter.start()
  meter.stop()
  meter.stop()
  collect()
  await sleep(50)
  expect(meter.read().count).toBe(0)
  expect(performance.getEntries().filter(({ entryType }) => entryType === 'gc')).toEqual([])
})
