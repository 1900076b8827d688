import type { HostFacts } from './host-facts.ts'
import type { SystemStats } from './system-stats.ts'

/** A figure that could not be read. Said once per figure, however often it fails. */
export interface SampleWarning {
  /** `cpu`, `load`, `threads`, `memory`, `disk`, `host`, or `worker` for all of them. */
  readonly figure: string
  /** What happened, in one line. */
  readonly message: string
}

/** What every {@link StatsSource} can be told. */
export interface StatsSourceOptions {
  /** Called once per figure that cannot be read. Must not throw. Default: nobody is told. */
  readonly onWarning?: (warning: SampleWarning) => void
}

/**
 * Where the figures of {@link SystemStats} come from. One implementation per way to read them.
 *
 * A source never throws for a figure that it cannot read: that figure is `null`, the others go
 * on. It never keeps the process alive, and it holds no handle once it is stopped.
 *
 * CPU and disk figures are differences to the previous `read()`, so one source has one reader.
 */
export interface StatsSource {
  readonly name: 'procfs' | 'systeminformation'

  /** Takes the counters that the first `read()` is compared with. Idempotent. */
  start(): void

  /**
   * Takes a sample, of a source that was not started too; `stop()` is due all the same. A promise
   * where the figures come from another thread: it never rejects, but like everything here it does
   * not keep the process alive while it is pending.
   */
  read(): SystemStats | Promise<SystemStats>

  /** Facts about the host, read at the first call and kept; `null` when they cannot be had. */
  hostFacts(): Promise<HostFacts | null>

  /** Lets go of files and threads. Idempotent; the source can be started again. */
  stop(): void | Promise<void>
}
