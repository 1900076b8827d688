import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, vi } from 'vitest'
import { clock } from '../../packages/core/src/clock.ts'
import type { StatsSource, SystemStats } from '../../packages/core/src/system/index.ts'
import { unknownStats } from '../../packages/core/src/monitor/figures.ts'
import type { MonitorOptions } from '../../packages/core/src/monitor/monitor-options.ts'
import { ResourceMonitor } from '../../packages/core/src/monitor/resource-monitor.ts'

/** A source that says what a test wants, and counts how it was used. */
export class FakeSource implements StatsSource {
  readonly name = 'procfs'
  readonly calls: string[] = []
  cpu = 10
  /** Replaced by tests that want a sample to fail or to take its time. */
  sample: () => SystemStats | Promise<SystemStats> = () => {
    const stats = unknownStats(clock.toEpochSeconds(clock.now()))
    return { ...stats, cpu: { usagePercent: this.cpu, loadAverage: [1, 2, 3], threadCount: 11 } }
  }

  start(): void {
    this.calls.push('start')
  }

  read(): SystemStats | Promise<SystemStats> {
    this.calls.push('read')
    return this.sample()
  }

  async hostFacts(): Promise<null> {
    return null
  }

  async stop(): Promise<void> {
    await sleep(1)
    this.calls.push('stop')
  }
}

/** As real ones do, it gives the CPU of the time since the previous reading, if that is enough. */
export class DifferenceSource extends FakeSource {
  #previousMs: number | null = null

  override start(): void {
    super.start()
    void this.read()
  }

  override sample = (): SystemStats => {
    const stats = unknownStats(clock.toEpochSeconds(clock.now()))
    const spanMs = clock.now() - (this.#previousMs ?? clock.now())
    if (this.#previousMs === null || spanMs >= 50) this.#previousMs = clock.now()
    return { ...stats, cpu: { ...stats.cpu, usagePercent: spanMs >= 50 ? 42 : null } }
  }
}

const monitors: ResourceMonitor[] = []

export function setUp(options: MonitorOptions = {}) {
  const source = new FakeSource()
  const lines: string[] = []
  const add = (message: string) => void lines.push(message)
  const logger = { warn: add, error: add }
  const monitor = new ResourceMonitor({ interval: 0.02, source, logger, ...options })
  monitors.push(monitor)
  return { monitor, source, lines }
}

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(monitors.splice(0).map((monitor) => monitor.stop()))
})

export async function rows(monitor: ResourceMonitor, count: number): Promise<void> {
  await vi.waitFor(() => expect(monitor.history.size).toBeGreaterThanOrEqual(count), {
    timeout: 10_000,
    interval: 5,
  })
}
