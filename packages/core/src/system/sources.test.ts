import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { createStatsSource, ProcfsSource, SysteminformationSource } from './index.ts'
import type { SampleWarning } from './stats-source.ts'
import { InformationThread } from './systeminformation/information-thread.ts'

const onLinux = existsSync('/proc/self/stat')

test('auto is procfs where there is a /proc, else systeminformation', () => {
  expect(createStatsSource().name).toBe(onLinux ? 'procfs' : 'systeminformation')
  expect(createStatsSource('auto').name).toBe(createStatsSource().name)
  expect(createStatsSource('procfs')).toBeInstanceOf(ProcfsSource)
  expect(createStatsSource('systeminformation')).toBeInstanceOf(SysteminformationSource)
})

test.runIf(onLinux)('on Linux both sources say the same of a machine under load', async () => {
  const warnings: SampleWarning[] = []
  const options = { onWarning: (warning: SampleWarning) => warnings.push(warning) }
  const procfs = new ProcfsSource(options)
  const systeminformation = new SysteminformationSource(options)
  onTestFinished(async () => {
    procfs.stop()
    await systeminformation.stop()
  })
  await systeminformation.read()
  procfs.start()

  const load = new Worker('for (;;);', { eval: true })
  onTestFinished(async () => {
    await load.terminate()
  })
  await sleep(1000)
  const [one, other] = [procfs.read(), await systeminformation.read()]

  const { cpuLimit, memoryLimit } = (await procfs.hostFacts())!
  expect(one.memory.total).toBe(memoryLimit ?? other.memory.total)
  if (memoryLimit === null) {
    expect(Math.abs(one.memory.percent! - other.memory.percent!)).toBeLessThan(10)
    expect(Math.abs(one.memory.available! / other.memory.available! - 1)).toBeLessThan(0.1)
  }
  // One core is kept busy for nearly all of the second.
  const oneCore = 100 / availableParallelism()
  for (const { usagePercent } of cpuLimit === null ? [one.cpu, other.cpu] : [other.cpu]) {
    expect(usagePercent).toBeGreaterThan(0.5 * oneCore)
    expect(usagePercent).toBeLessThanOrEqual(100)
  }
  if (cpuLimit === null) {
    expect(Math.abs(one.cpu.usagePercent! - other.cpu.usagePercent!)).toBeLessThan(25)
  }
  expect(one.cpu.loadAverage).toHaveLength(3)
  expect(other.cpu.loadAverage?.[0]).toBeCloseTo(one.cpu.loadAverage![0], -1)
  expect(one.cpu.threadCount).toBeGreaterThan(4)
  expect(warnings.filter(({ figure }) => figure !== 'disk')).toEqual([])
})

test('the facts of the host are read once, in a thread, and kept', async () => {
  const source = createStatsSource()
  onTestFinished(async () => {
    await source.stop()
  })
  const facts = await source.hostFacts()
  expect(facts?.os).toEqual(expect.any(String))
  expect(facts?.kernel).toEqual(expect.any(String))
  expect(facts?.cpuCores).toBeGreaterThanOrEqual(1)
  const began = performance.now()
  expect(await source.hostFacts()).toEqual(facts)
  expect(performance.now() - began).toBeLessThan(20)
})

test('a thread that is killed rejects what was asked and all that is asked after', async () => {
  const thread = new InformationThread()
  const [answer] = await Promise.allSettled([thread.ask(['mem']), thread.stop()])
  expect(answer).toEqual({ status: 'rejected', reason: new Error('the thread was stopped') })
  await expect(thread.ask(['mem'])).rejects.toThrow('the thread was stopped')
})

test('a source whose thread waits does not keep the process alive', async () => {
  await sleep(1)
  const before = process.getActiveResourcesInfo().sort()
  const source = new SysteminformationSource()
  source.start()
  expect(process.getActiveResourcesInfo().sort()).toEqual(before)
  await source.stop()
})
