import { loadavg } from 'node:os'
import { clock } from '../clock.ts'
import { FigureGuard } from './figure-guard.ts'
import type { HostFacts } from './host-facts.ts'
import type { StatsSource, StatsSourceOptions } from './stats-source.ts'
import type { CpuStats, IoStats, MemoryStats, SystemStats } from './system-stats.ts'
import { InformationThread } from './systeminformation/information-thread.ts'
import type { Answers } from './systeminformation/information-thread.ts'
import { HostFactsReader } from './systeminformation/host-facts-reader.ts'

type Thread = Pick<InformationThread, 'ask' | 'stop'>

export interface SysteminformationSourceOptions extends StatsSourceOptions {
  /** Makes the thread that is asked. Default: the package systeminformation in a worker thread. */
  readonly createThread?: () => Thread
  /** Monotonic milliseconds. Default: `clock.now`. */
  readonly now?: () => number
}

const CALLS = ['currentLoad', 'mem', 'disksIO', 'fsStats'] as const

const FIRST_PAUSE_MS = 1000
const MAX_PAUSE_MS = 60_000

/**
 * Reads the figures through the package systeminformation, which knows most systems. They are
 * those of the host: limits of containers are not seen, threads not counted. It runs shells, so a
 * sample costs some 30 ms of CPU on another thread, against 0.05 ms for `ProcfsSource`.
 *
 * A thread that dies is replaced at the first `read()` after a pause of 1 s, 2 s, … 60 s. Until
 * then the figures are `null`.
 */
export class SysteminformationSource implements StatsSource {
  readonly name = 'systeminformation'
  readonly #now: () => number
  readonly #guard: FigureGuard
  readonly #createThread: () => Thread
  readonly #facts: HostFactsReader
  #thread: Thread | null = null
  #reading: Promise<SystemStats> | null = null
  #previous: Answers = {}
  /** In a row, without an answer in between. */
  #deaths = 0
  #pauseUntilMs = -Infinity
  #restarts = 0

  constructor(options: SysteminformationSourceOptions = {}) {
    this.#now = options.now ?? clock.now
    this.#guard = new FigureGuard(options)
    this.#createThread = options.createThread ?? ((): Thread => new InformationThread())
    this.#facts = new HostFactsReader(this.#guard)
  }

  /** How often the thread had died and was replaced. */
  get restarts(): number {
    return this.#restarts
  }

  start(): void {
    if (this.#thread === null) void this.read()
  }

  /** Never rejects. Calls that overlap get the same sample. */
  read(): Promise<SystemStats> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  hostFacts(): Promise<HostFacts | null> {
    return this.#facts.read()
  }

  async stop(): Promise<void> {
    const thread = this.#thread
    this.#thread = null
    this.#deaths = 0
    this.#pauseUntilMs = -Infinity
    await thread?.stop()
  }

  async #read(): Promise<SystemStats> {
    const answers = await this.#ask()
    const previous = this.#previous
    this.#previous = answers
    return {
      timestamp: clock.toEpochSeconds(this.#now()),
      cpu: toCpuStats(answers, previous),
      memory: toMemoryStats(answers.mem),
      io: toIoStats(answers, previous),
    }
  }

  /** Nothing when there is no thread to ask, or when it dies of the question. */
  async #ask(): Promise<Answers> {
    if (this.#thread === null && this.#now() < this.#pauseUntilMs) return {}
    let thread: Thread | null = null
    try {
      thread = this.#thread ?? this.#begin()
      const answers = await thread.ask(CALLS)
      this.#deaths = 0
      this.#warnOfMissing(answers)
      return answers
    } catch (error) {
      // Unless stop() was called meanwhile: then it ended as it should.
      if (thread === this.#thread) this.#bury(error)
      return {}
    }
  }

  #begin(): Thread {
    // A new thread counts from the start of the machine: it has nothing to compare with.
    this.#previous = {}
    if (this.#deaths > 0) this.#restarts += 1
    this.#thread = this.#createThread()
    return this.#thread
  }

  #bury(error: unknown): void {
    this.#thread = null
    this.#pauseUntilMs = this.#now() + Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#deaths)
    this.#deaths += 1
    this.#guard.warn('worker', error)
  }

  #warnOfMissing(answers: Answers): void {
    for (const call of CALLS) {
      if (answers[call] !== undefined) continue
      this.#guard.warn(FIGURES[call], new Error(`systeminformation could not read ${call}`))
    }
  }
}

const FIGURES = { currentLoad: 'cpu', mem: 'memory', disksIO: 'disk', fsStats: 'disk' } as const

function toCpuStats({ currentLoad }: Answers, previous: Answers): CpuStats {
  // The first load of a thread is the average since the machine was started.
  const known = currentLoad !== undefined && previous.currentLoad !== undefined
  return {
    usagePercent: known ? percent(currentLoad.currentLoad) : null,
    loadAverage: readLoad(),
    threadCount: null,
  }
}

/** Windows has none; Node writes zeros there. */
function readLoad(): [number, number, number] | null {
  const [one = 0, five = 0, fifteen = 0] = loadavg()
  return process.platform === 'win32' ? null : [one, five, fifteen]
}

function toMemoryStats(mem: Answers['mem']): MemoryStats {
  if (mem === undefined || !(mem.total > 0)) {
    return { total: null, available: null, used: null, percent: null }
  }
  // What the package calls `used` counts the cache of files, which is the system's to take back.
  const { total, available, active: used } = mem
  return { total, available, used, percent: percent((used / total) * 100) }
}

/** The package counts operations of whole disks, and bytes of what is mounted. */
function toIoStats({ disksIO, fsStats }: Answers, previous: Answers): IoStats {
  return {
    readBytes: since(previous.fsStats?.rx, fsStats?.rx),
    writeBytes: since(previous.fsStats?.wx, fsStats?.wx),
    readCount: since(previous.disksIO?.rIO, disksIO?.rIO),
    writeCount: since(previous.disksIO?.wIO, disksIO?.wIO),
  }
}

/** A counter of 0 is what the package gives when it could not read it. */
function since(before: number | undefined, now: number | undefined): number | null {
  if (!before || !now || now < before) return null
  return now - before
}

function percent(value: number): number | null {
  return Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : null
}
