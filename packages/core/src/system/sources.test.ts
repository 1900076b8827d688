import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { createStatsSource, ProcfsSource, SysteminformationSource } from './index.ts'
import type { SampleWarning } from './stats-source.ts'
import { findPackage, InformationThread } from './systeminformation/information-thread.ts'

const onLinux = existsSync('/proc/self/stat')

test('auto is procfs where there is a /proc, else systeminformation', () => {
  expect(createStatsSource().name).toBe(onLinux ? 'procfs' : 'systeminformation')
  expect(createStatsSource('auto').name).toBe(createStatsSource().name)
  expect(createStatsSource('procfs')).toBeInstanceOf(ProcfsSource)
  expect(createStatsSource('systeminformation')).toBeInstanceOf(SysteminformationSource)
})

/** Writes that many bytes to the disk. @returns false where the folder is on no disk of its own. */
function writeToDisk(bytes: number): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'mtaio-disk-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = openSync(join(directory, 'data'), 'w')
  writeSync(file, randomBytes(bytes))
  fsyncSync(file)
  closeSync(file)
  // 12 bits for the driver and 8 for the disk; a memory file system or an overlay has none of these.
  const { dev } = statSync(directory)
  const device = `/sys/dev/block/${(dev >> 8) & 0xfff}:${dev & 0xff}`
  return existsSync(device) && !existsSync(`${device}/dm`)
}

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
  const written = 8_000_000
  await sleep(1000)
  const isOnDisk = writeToDisk(written)
  await sleep(1000)
  const one = procfs.read()
  const other = await systeminformation.read()
  const after = procfs.read()

  const { cpuLimit, memoryLimit } = (await procfs.hostFacts())!
  expect(one.memory.total).toBe(memoryLimit ?? other.memory.total)
  if (memoryLimit === null) {
    // Both read /proc/meminfo; what others take between the two readings is allowed for.
    const between = Math.abs(after.memory.available! - one.memory.available!)
    const apart = Math.abs(one.memory.available! - other.memory.available!)
    expect(apart).toBeLessThan(0.02 * one.memory.total! + between)
    expect(one.memory.used! + one.memory.available!).toBe(one.memory.total)
    expect(other.memory.percent).toBeCloseTo((other.memory.used! / other.memory.total!) * 100, 6)
  }
  // One core is kept busy for all of the two seconds.
  const oneCore = 100 / availableParallelism()
  const shares = cpuLimit === null ? [one.cpu, other.cpu] : [other.cpu]
  for (const { usagePercent } of shares) {
    expect(usagePercent).toBeGreaterThan(0.9 * oneCore)
    expect(usagePercent).toBeLessThanOrEqual(100)
  }
  if (cpuLimit === null) {
    // The two spans begin some 0.1 s apart.
    expect(Math.abs(one.cpu.usagePercent! - other.cpu.usagePercent!)).toBeLessThan(15)
  }
  // The kernel computes the load every five seconds, which may be between the two.
  const load1 = [one, after].map(({ cpu }) =>
    Math.abs(cpu.loadAverage![0] - other.cpu.loadAverage![0]),
  )
  expect(Math.min(...load1)).toBeLessThan(0.02)
  expect(one.cpu.threadCount).toBe(readdirSync('/proc/self/task').length)
  expect(other.cpu.threadCount).toBeNull()
  if (isOnDisk) {
    // Here what is mounted is the disk. Where it is a volume, systeminformation counts that.
    expect(one.io.writeBytes).toBeGreaterThanOrEqual(written)
    expect(other.io.writeBytes).toBeGreaterThanOrEqual(written)
    expect(one.io.writeCount).toBeGreaterThan(0)
    expect(other.io.writeCount).toBeGreaterThan(0)
  }
  expect(warnings.filter(({ figure }) => figure !== 'disk' || isOnDisk)).toEqual([])
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

test('where the package is not found, as in a bundle, the error says what to do', () => {
  expect(findPackage(import.meta.url)).toContain('systeminformation')
  // A bundle in CommonJS has no address of its file.
  expect(() => findPackage(undefined)).toThrow('mark @mtaio/* as external')
})
