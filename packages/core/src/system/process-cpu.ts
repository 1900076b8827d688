import { clock } from '../clock.ts'
import { LEAST_SPAN_MS } from './least-span.ts'

/** Measures the CPU time that this process takes, all its threads together, per interval. */
export class ProcessCpuMeter {
  #usage: NodeJS.CpuUsage | null = null
  #atMs = 0

  /** Begins the first interval. Idempotent. */
  start(): void {
    if (this.#usage !== null) return
    this.#usage = process.cpuUsage()
    this.#atMs = clock.now()
  }

  /** Idempotent. */
  stop(): void {
    this.#usage = null
  }

  /**
   * Percent of one core since the previous call or since the start; begins the next interval. `null`
   * over less than {@link LEAST_SPAN_MS}, and the interval goes on.
   */
  read(): number | null {
    const previous = this.#usage
    if (previous === null) return null
    const now = clock.now()
    const elapsedMs = now - this.#atMs
    if (elapsedMs < LEAST_SPAN_MS) return null
    const usage = process.cpuUsage()
    const busyMs = (usage.user - previous.user + usage.system - previous.system) / 1000
    this.#usage = usage
    this.#atMs = now
    return busyMs >= 0 ? (busyMs / elapsedMs) * 100 : null
  }
}
