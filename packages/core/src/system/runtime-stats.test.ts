import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RuntimeMeter } from './runtime-stats.ts'

test('memory and uptime are those of this process, in bytes and seconds', () => {
  const held = Buffer.alloc(30_000_000, 1)
  const { heap, rss, external, uptime } = new RuntimeMeter().read()
  expect(heap.used).toBeGreaterThan(1_000_000)
  expect(heap.total).toBeGreaterThanOrEqual(heap.used)
  expect(heap.limit).toBeGreaterThan(heap.total)
  expect(rss).toBeGreaterThan(held.length)
  expect(external).toBeGreaterThan(held.length)
  expect(Math.abs(uptime - process.uptime())).toBeLessThan(1)
})

test('the CPU of the process is percent of one core over the interval', async () => {
  const meter = new RuntimeMeter()
  expect(meter.read().processCpuPercent).toBeNull()
  meter.start()
  const before = process.cpuUsage()
  const began = performance.now()
  while (process.cpuUsage(before).user < 100_000);
  const busy = meter.read().processCpuPercent
  const used = process.cpuUsage(before)
  const expected = ((used.user + used.system) / 1000 / (performance.now() - began)) * 100
  expect(busy! / expected).toBeGreaterThan(0.8)
  expect(busy! / expected).toBeLessThan(1.25)
  await sleep(300)
  expect(meter.read().processCpuPercent).toBeLessThan(busy!)
  meter.stop()
})

test('a running meter does not keep the process alive', async () => {
  await sleep(1)
  const before = process.getActiveResourcesInfo().sort()
  const meter = new RuntimeMeter()
  meter.start()
  expect(process.getActiveResourcesInfo().sort()).toEqual(before)
  meter.stop()
})
