import { describeError } from '../logger.ts'
import type { Log } from '../logger.ts'
import { createStatsSource } from '../system/index.ts'
import type { HostFacts, StatsSource, StatsSourceName, SystemStats } from '../system/index.ts'
import type { SelfCost } from './self-cost.ts'

/**
 * Reads a source and never fails: a sample that cannot be had is `null`, counted, and said once.
 * At most one reading is under way, however often it is asked for.
 */
export class SystemSampler {
  readonly #option: StatsSourceName | StatsSource
  readonly #log: Log
  readonly #cost: SelfCost
  #source: StatsSource | null = null
  #started = false
  #pending: Promise<SystemStats | null> | null = null

  constructor(option: StatsSourceName | StatsSource, log: Log, cost: SelfCost) {
    this.#option = option
    this.#log = log
    this.#cost = cost
  }

  get isStarted(): boolean {
    return this.#started
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    try {
      this.#open().start()
    } catch (error) {
      this.#fail('start', error)
    }
  }

  async stop(): Promise<void> {
    if (!this.#started) return
    this.#started = false
    this.#pending = null
    try {
      await this.#source?.stop()
    } catch (error) {
      this.#fail('stop', error)
    }
  }

  /** A promise only where the source gives one. A reading that still runs is shared. */
  read(): SystemStats | null | Promise<SystemStats | null> {
    if (this.#pending !== null) return this.#pending
    try {
      const reading = this.#open().read()
      if (!(reading instanceof Promise)) return reading
      const pending: Promise<SystemStats | null> = reading
        .catch((error: unknown) => this.#fail('read', error))
        .finally(() => {
          if (this.#pending === pending) this.#pending = null
        })
      this.#pending = pending
      return pending
    } catch (error) {
      return this.#fail('read', error)
    }
  }

  async hostFacts(): Promise<HostFacts | null> {
    try {
      return await this.#open().hostFacts()
    } catch (error) {
      return this.#fail('hostFacts', error)
    }
  }

  /** Made when it is first needed: a monitor that only records has no source. */
  #open(): StatsSource {
    this.#source ??=
      typeof this.#option === 'object'
        ? this.#option
        : createStatsSource(this.#option, {
            onWarning: ({ figure, message }) => {
              this.#log.warn('MTAIO_SAMPLE_FAILED', figure, message)
            },
          })
    return this.#source
  }

  #fail(what: string, error: unknown): null {
    this.#cost.failedSamples++
    this.#log.warn(
      'MTAIO_SAMPLE_FAILED',
      what,
      `The system's figures could not be read (${what}); the history has a gap. ${describeError(error)}`,
    )
    return null
  }
}
