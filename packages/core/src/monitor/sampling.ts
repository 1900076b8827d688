import { setTimeout } from 'node:timers'
import { clock } from '../clock.ts'
import { describeError } from '../logger.ts'
import type { Log } from '../logger.ts'
import { RuntimeMeter } from '../system/index.ts'
import type { HostFacts, RuntimeStats, SystemStats } from '../system/index.ts'
import { RUNTIME_FIGURES, SYSTEM_FIGURES, unknownStats } from './figures.ts'
import { History } from './history.ts'
import { keepAlive } from './keep-alive.ts'
import type { ResolvedMonitorOptions } from './monitor-options.ts'
import { RegisteredFigures } from './registered-figures.ts'
import type { FigureReader } from './registered-figures.ts'
import type { SelfCost } from './self-cost.ts'
import { SystemSampler } from './system-sampler.ts'
import { outside, TickTimer } from './tick-timer.ts'

const setTimer = setTimeout // see tick-timer.ts

const SYSTEM_READERS = Object.entries(SYSTEM_FIGURES)
const RUNTIME_READERS = Object.entries(RUNTIME_FIGURES)

/** Called once a tick, in monotonic milliseconds. */
export type TickListener = (nowMs: number) => void

/** Compares the figures of a new row. */
type FigureCheck = (figure: (name: string) => number | null, dueMs: number) => void

/** CPU figures are differences: the first reading comes so long after the counters were opened. */
const PRIMING_MS = 100

/** One tick after the other: reads all figures, writes a row of the history, tells who listens. */
export class Sampling {
  readonly history: History
  readonly #log: Log
  readonly #cost: SelfCost
  readonly #check: FigureCheck
  readonly #sampler: SystemSampler
  readonly #runtime = new RuntimeMeter()
  readonly #figures: RegisteredFigures
  readonly #listeners = new Set<TickListener>()
  readonly #timer: TickTimer
  #isRunning = false
  #turning: Promise<void> = Promise.resolve()
  #latest: { readonly stats: SystemStats; readonly runtime: RuntimeStats } | null = null
  /** When the last sample was, or the start. */
  #sampledMs = 0
  /** Samples since the last start. */
  #samples = 0
  /** Whether the source has counters that are old enough to tell differences. */
  #isPrimed = false
  /** The reading that somebody waits for; shared by all who come meanwhile. */
  #asked: Promise<SystemStats> | null = null
  /** The tick that waits for its reading of the system. */
  #waitingMs: number | null = null
  /** The reading that a tick waits for. */
  #awaited: Promise<SystemStats | null> | null = null
  #lastReading: { readonly stats: SystemStats; readonly atMs: number } | null = null

  /** @param fallbacks Figures that `addFigure` may replace. */
  constructor(
    options: ResolvedMonitorOptions,
    cost: SelfCost,
    check: FigureCheck,
    fallbacks: ReadonlyMap<string, FigureReader>,
  ) {
    const { intervalMs, historySize, source, log } = options
    this.#log = log
    this.#cost = cost
    this.#check = check
    this.history = new History(historySize)
    this.#sampler = new SystemSampler(source, log, cost)
    this.#figures = new RegisteredFigures(log, cost, fallbacks)
    for (const name of this.#figures.names()) this.history.addColumn(name)
    this.#timer = new TickTimer(intervalMs, (dueMs) => cost.measure(() => this.#tick(dueMs)))
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Milliseconds since the last sample, or since the start; `null` when it does not run. */
  get sampleAgeMs(): number | null {
    return this.#isRunning ? clock.now() - this.#sampledMs : null
  }

  /** The last sample; `null` before the first. */
  get latest(): { readonly stats: SystemStats; readonly runtime: RuntimeStats } | null {
    return this.#latest
  }

  // Turns follow each other, so that the state is that of the last call, however many overlap.
  async start(): Promise<void> {
    this.#turning = outside.runInAsyncScope(() => this.#turning.then(() => this.#open()))
    await this.#turning
  }

  async stop(): Promise<void> {
    this.#turning = this.#turning.then(() => this.#close())
    await this.#turning
  }

  addFigure(name: string, read: FigureReader): () => void {
    this.#figures.add(name, read)
    this.history.addColumn(name)
    return () => {
      this.#figures.remove(name, read)
      if (!this.#figures.has(name)) this.history.removeColumn(name)
    }
  }

  onTick(listener: TickListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async hostFacts(): Promise<HostFacts | null> {
    return keepAlive(this.#sampler.hostFacts())
  }

  /** While sampling that of the last tick, else a new one. */
  async currentStats(): Promise<SystemStats> {
    const sampled = this.#sampled()
    if (sampled !== null) return sampled
    const asked = (this.#asked ??= keepAlive(this.#readNow()).finally(() => {
      if (this.#asked === asked) this.#asked = null
    }))
    return asked
  }

  /** That of the last tick. The one of the start is not enough: it has no differences. */
  #sampled(): SystemStats | null {
    if (!this.#isRunning || this.#samples === 0 || this.#latest === null) return null
    const { stats } = this.#latest
    return this.#samples > 1 || stats.cpu.usagePercent !== null ? stats : null
  }

  async #readNow(): Promise<SystemStats> {
    if (!this.#isPrimed) await this.#prime()
    // Started meanwhile: a reading so soon after a tick would have no differences.
    const sampled = this.#sampled()
    if (sampled !== null) return sampled
    const nowMs = clock.now()
    const last = this.#lastReading
    if (last !== null && nowMs - last.atMs < PRIMING_MS) return last.stats
    // Stopped meanwhile: a reading would open again what was closed.
    const reading = this.#sampler.isStarted ? await this.#sampler.read() : null
    const stats = reading ?? unknownStats(clock.toEpochSeconds(nowMs))
    this.#lastReading = { stats, atMs: nowMs }
    return stats
  }

  /** A source that answers later has its counters only when its first answer is there. */
  async #prime(): Promise<void> {
    this.#sampler.start()
    await this.#sampler.read()
    await new Promise((resolve) => setTimer(resolve, PRIMING_MS))
    this.#isPrimed = this.#sampler.isStarted
  }

  /** While sampling those of the last tick, else those that need no interval. */
  runtimeStats(): RuntimeStats {
    return (this.#isRunning ? this.#latest?.runtime : undefined) ?? this.#runtime.read()
  }

  /** A figure that was added, or its fallback. */
  addedFigure(name: string, nowMs: number): number | null {
    return this.#figures.read(name, nowMs)
  }

  /** A figure by name, now; `undefined` when there is none of that name. */
  async figure(name: string): Promise<number | null | undefined> {
    if (this.#figures.has(name)) return this.#figures.read(name, clock.now())
    const ofRuntime = own(RUNTIME_FIGURES, name)
    if (ofRuntime !== undefined) return ofRuntime(this.runtimeStats())
    return own(SYSTEM_FIGURES, name)?.(await this.currentStats())
  }

  #open(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#samples = 0
    this.#sampler.start()
    const nowMs = (this.#sampledMs = clock.now())
    this.#timer.start(nowMs)
    this.#cost.measure(() => this.#tick(nowMs))
    // After the first tick: of what this start itself takes, all figures would be 100 %.
    this.#guard('runtime', () => this.#runtime.start())
  }

  async #close(): Promise<void> {
    this.#isRunning = false
    this.#timer.stop()
    this.#waitingMs = this.#awaited = null
    this.#isPrimed = false
    this.#asked = null
    this.#lastReading = null
    this.#guard('runtime', () => this.#runtime.stop())
    await this.#sampler.stop()
  }

  #tick(dueMs: number): void {
    clock.reanchor()
    // The reading for the last tick has not come in a whole interval: that row has a gap. When it
    // comes, it is that of this tick.
    if (this.#waitingMs !== null) this.#write(this.#waitingMs, null)
    const reading = this.#sampler.read()
    if (!(reading instanceof Promise)) {
      this.#write(dueMs, reading)
      return
    }
    this.#waitingMs = dueMs
    // Several ticks may wait for one reading.
    if (reading === this.#awaited) return
    this.#awaited = reading
    void reading.then((stats) => {
      if (this.#awaited !== reading) return
      this.#awaited = null
      const waitingMs = this.#waitingMs
      if (waitingMs !== null) this.#cost.measure(() => this.#write(waitingMs, stats))
    })
  }

  #write(dueMs: number, stats: SystemStats | null): void {
    this.#waitingMs = null
    const nowMs = (this.#sampledMs = clock.now())
    const { history } = this
    this.#samples++
    history.append(dueMs)
    this.#guard('runtime', () => {
      const runtime = this.#runtime.read()
      this.#latest = { stats: stats ?? unknownStats(clock.toEpochSeconds(dueMs)), runtime }
      for (const [name, read] of RUNTIME_READERS) history.set(name, read(runtime))
    })
    this.#guard('system', () => {
      if (stats === null) return
      for (const [name, read] of SYSTEM_READERS) history.set(name, read(stats))
    })
    for (const name of this.#figures.names()) {
      history.set(name, this.#figures.read(name, nowMs, true))
    }
    this.#guard('thresholds', () => this.#check((name) => history.latest(name), dueMs))
    for (const listener of this.#listeners) this.#guard('listener', () => listener(nowMs))
  }

  /** Nothing that fails in a tick may end the sampling, or the process. */
  #guard(what: string, action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#cost.failedInside++
      const message = `A part of the tick (${what}) failed; sampling goes on. ${describeError(error)}`
      this.#log.error('MTAIO_INTERNAL', what, message)
    }
  }
}

/** Not what every object has: a metric may be called `toString`. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
