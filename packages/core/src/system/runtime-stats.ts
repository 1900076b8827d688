import { EventLoopMeter } from './event-loop.ts'
import { GcMeter } from './gc.ts'
import { HeapMeter } from './heap.ts'
import { ProcessCpuMeter } from './process-cpu.ts'
import type { RuntimeStats } from './system-stats.ts'

/**
 * Measures the JavaScript runtime of this process. Each `read()` ends one interval and begins the
 * next, so a meter has one reader. Nothing in it keeps the process alive.
 *
 * @example
 * const meter = new RuntimeMeter()
 * meter.start()
 * setInterval(() => console.log(meter.read().eventLoopDelay.p99), 1000)
 */
export class RuntimeMeter {
  readonly #eventLoop = new EventLoopMeter()
  readonly #gc = new GcMeter()
  readonly #heap = new HeapMeter()
  readonly #cpu = new ProcessCpuMeter()

  /** Begins the first interval. Idempotent. */
  start(): void {
    this.#eventLoop.start()
    this.#gc.start()
    this.#cpu.start()
  }

  /** Ends all measuring and lets go of its timer and observer. Idempotent. */
  stop(): void {
    this.#eventLoop.stop()
    this.#gc.stop()
    this.#cpu.stop()
  }

  /**
   * The figures since the previous call or since the start. While the meter is stopped, what is
   * measured over an interval is `null` or 0.
   */
  read(): RuntimeStats {
    return {
      ...this.#eventLoop.read(),
      gc: this.#gc.read(),
      ...this.#heap.read(),
      processCpuPercent: this.#cpu.read(),
      uptime: process.uptime(),
    }
  }
}
