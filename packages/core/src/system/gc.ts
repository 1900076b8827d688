import { tellCollections, unwatchCollections, watchCollections } from './collections.ts'
import type { GcKind, RuntimeStats } from './system-stats.ts'

type GcFigures = RuntimeStats['gc']
type Tally = { count: number; time: number }

/** Counts garbage collections by kind, per interval. */
export class GcMeter {
  #tallies: Record<GcKind, Tally> = emptyTallies()
  #isRunning = false

  /** Begins the first interval. Idempotent. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#tallies = emptyTallies()
    watchCollections(this.#count)
  }

  /** Idempotent. */
  stop(): void {
    this.#isRunning = false
    unwatchCollections(this.#count)
  }

  /**
   * The collections that were reported since the previous call or since the start; begins the next
   * interval. Node reports a collection when the loop has turned.
   */
  read(): GcFigures {
    tellCollections()
    const byKind = this.#tallies
    this.#tallies = emptyTallies()
    let count = 0
    let time = 0
    for (const tally of Object.values(byKind)) {
      count += tally.count
      time += tally.time
    }
    return { count, time, byKind }
  }

  readonly #count = (kind: GcKind | null, seconds: number): void => {
    if (kind === null) return
    const tally = this.#tallies[kind]
    tally.count += 1
    tally.time += seconds
  }
}

function emptyTallies(): Record<GcKind, Tally> {
  const empty = (): Tally => ({ count: 0, time: 0 })
  return { minor: empty(), major: empty(), incremental: empty(), weakcb: empty() }
}
