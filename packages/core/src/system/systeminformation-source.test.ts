import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import type { SampleWarning } from './stats-source.ts'
import { SysteminformationSource } from './systeminformation-source.ts'
import type { Answers } from './systeminformation/information-thread.ts'

const NO_MEMORY = { total: null, available: null, used: null, percent: null }
const NO_IO = { readBytes: null, writeBytes: null, readCount: null, writeCount: null }

/** Answers what the test says, or dies of the question. */
class FakeThread {
  stopped = 0
  asked: string[] = []

  async ask(names: readonly string[]): Promise<Answers> {
    this.asked.push(...names)
    await sleep(1)
    if (answers === null) throw new Error('the thread ended with 1')
    return answers
  }

  async stop(): Promise<void> {
    this.stopped += 1
  }
}

let answers: Answers | null
let threads: FakeThread[]
let warnings: SampleWarning[]
let now: number
let source: SysteminformationSource

beforeEach(() => {
  threads = []
  warnings = []
  now = 0
  answers = figures({})
  source = new SysteminformationSource({
    now: () => now,
    onWarning: (warning) => warnings.push(warning),
    createThread: () => {
      const thread = new FakeThread()
      threads.push(thread)
      return thread
    },
  })
})

function figures({ load = 12.5, rIO = 10, wIO = 20, rx = 100, wx = 200 }): Answers {
  return {
    currentLoad: { currentLoad: load },
    mem: { total: 1000, used: 900, free: 100, available: 600, active: 400 },
    disksIO: { rIO, wIO },
    fsStats: { rx, wx },
  } as Answers
}

test('figures of an interval are null at the first sample and differences after it', async () => {
  const first = await source.read()
  expect(first.cpu.usagePercent).toBeNull()
  expect(first.io).toEqual(NO_IO)
  expect(first.memory).toEqual({ total: 1000, available: 600, used: 400, percent: 40 })
  answers = figures({ rIO: 13, wIO: 24, rx: 105, wx: 206 })
  const second = await source.read()
  expect(second.cpu.usagePercent).toBe(12.5)
  expect(second.io).toEqual({ readBytes: 5, writeBytes: 6, readCount: 3, writeCount: 4 })
  expect(threads).toHaveLength(1)
})

test('a started source has its differences at the first sample', async () => {
  source.start()
  source.start()
  await sleep(20)
  expect((await source.read()).cpu.usagePercent).toBe(12.5)
})

test('counters that went back or could not be read are null, never negative', async () => {
  await source.read()
  answers = figures({ rIO: 9, wx: 0, load: NaN })
  const stats = await source.read()
  expect(stats.io).toEqual({ readBytes: 0, writeBytes: null, readCount: null, writeCount: 0 })
  expect(stats.cpu.usagePercent).toBeNull()
})

test('figures that the system does not have are null without a warning', async () => {
  answers = { ...figures({}), disksIO: null, fsStats: null }
  await source.read()
  expect((await source.read()).io).toEqual(NO_IO)
  expect(warnings).toEqual([])
})

test('a call that fails makes its figures null with one warning, the others go on', async () => {
  await source.read()
  answers = figures({})
  delete (answers as { mem?: unknown }).mem
  await source.read()
  const stats = await source.read()
  expect(stats.memory).toEqual(NO_MEMORY)
  expect(stats.cpu.usagePercent).toBe(12.5)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]?.figure).toBe('memory')
})

test('a thread that dies is replaced after a pause that doubles up to a minute', async () => {
  answers = null
  const begun: number[] = []
  for (now = 0; now < 350_000; now += 500) {
    const before = threads.length
    const stats = await source.read()
    expect(stats.memory).toEqual(NO_MEMORY)
    if (threads.length > before) begun.push(now)
  }
  const pauses = begun.slice(1).map((at, index) => at - (begun[index] ?? NaN))
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000])
  expect(source.restarts).toBe(10)
  expect(warnings).toEqual([{ figure: 'worker', message: 'the thread ended with 1' }])
})

test('a new thread begins with null and goes on, and the pause begins anew', async () => {
  await source.read()
  const good = answers
  answers = null
  await source.read()
  answers = good
  now = 999
  expect((await source.read()).memory).toEqual(NO_MEMORY)
  now = 1000
  const first = await source.read()
  expect(first.memory.percent).toBe(40)
  expect(first.cpu.usagePercent).toBeNull()
  expect((await source.read()).cpu.usagePercent).toBe(12.5)
  answers = null
  await source.read()
  answers = good
  now = 2000
  expect((await source.read()).memory.percent).toBe(40)
  expect(source.restarts).toBe(2)
})

test('reads that overlap ask once, and stop ends the thread without a warning', async () => {
  const [one, other] = await Promise.all([source.read(), source.read()])
  expect(one).toBe(other)
  expect(threads[0]?.asked).toHaveLength(4)
  const pending = source.read()
  answers = null
  await source.stop()
  await source.stop()
  await pending
  expect(threads[0]?.stopped).toBe(1)
  expect(warnings).toEqual([])
})
