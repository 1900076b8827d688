import { describe, expect, test, vi } from 'vitest'
import type { StatsSource } from '../../packages/core/src/system/index.ts'
import { ResourceMonitor } from '../../packages/core/src/monitor/resource-monitor.ts'
import { FakeSource, setUp } from './fake-monitor.ts'

describe('own metrics', () => {
  test('refuse what is no value, count it, and say so once per metric', () => {
    const { monitor, lines } = setUp()
    for (const value of [NaN, Infinity, undefined as never]) monitor.recordMetric('queue', value)
    monitor.recordMetric('job_duration', -1)
    expect(monitor.metricStore.refused).toBe(4)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('queue')
  })

  test('leave no name of a threshold that was taken away, nor its place under the cap', () => {
    const { monitor } = setUp({ limits: { maxMetrics: 3 } })
    for (let i = 0; i < 10; i++) {
      monitor.setThreshold(`tenant_${i}`, 1)
      monitor.removeThreshold(`tenant_${i}`)
      expect(monitor.metricStore.get(`tenant_${i}`)).toBeUndefined()
    }
    for (const name of ['a', 'b', 'c']) monitor.recordMetric(name, 1)
    expect(monitor.metricStore.cuts.maxMetrics).toBe(0)
  })

  test('take names of every kind and leave prototypes alone', async () => {
    const { monitor } = setUp()
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      monitor.setThreshold(name, 100)
      monitor.recordMetrics(JSON.parse(`{"${name}": 7}`))
      expect(await monitor.getMetric(name)).toBe(7)
    }
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('say in the log what to do about names, labels and objects that cannot be recorded', () => {
    const { monitor, lines } = setUp()
    // Called where a request is handled: what is wrong with a label must not fail it.
    monitor.recordMetric('', 1)
    monitor.recordMetric(Symbol('a') as never, 1)
    monitor.recordMetric('a', 1, 'mail' as never)
    monitor.recordMetric('b', 1, { day: new Date() } as never)
    monitor.recordMetrics(null as never)
    expect(lines).toHaveLength(5)
    expect(lines[2]).toMatch(/queue: 'mail'/)
    expect(lines[3]).toMatch(/label day of b must be a text, a number or a boolean/)
    expect(lines[4]).toMatch(/task_cpu: 12/)
    expect(monitor.metricStore.refused).toBe(4)
  })
})

describe('getMetric', () => {
  test('gives figures, own metrics and null, each a second old at most', async () => {
    const { monitor } = setUp()
    monitor.recordMetric('queue', 1)
    expect(await monitor.getMetric('queue')).toBe(1)
    monitor.recordMetric('queue', 2)
    expect(await monitor.getMetric('queue')).toBe(1)
    expect(await monitor.getMetric('queue', { maxAge: 0 })).toBe(2)
    expect(await monitor.getMetric('cpu_usage')).toBe(10)
    expect(await monitor.getMetric('heap_used')).toBeGreaterThan(0)
    expect(await monitor.getMetric('nobody knows')).toBeNull()
    await expect(monitor.getMetric('queue', { maxAge: -1 })).rejects.toThrow(/maxAge/)
  })

  test('asks collectMetric of a subclass, which can leave the rest to its base', async () => {
    class OptimizedMonitor extends ResourceMonitor {
      collected: string[] = []
      constructor(source: StatsSource) {
        super({ interval: 5, source })
      }
      protected override async collectMetric(name: string): Promise<number | null> {
        this.collected.push(name)
        return name === 'queue' ? 42 : super.collectMetric(name)
      }
    }
    const monitor = new OptimizedMonitor(new FakeSource())
    expect(monitor.interval).toBe(5)
    for (let i = 0; i < 3; i++) expect(await monitor.getMetric('queue')).toBe(42)
    expect(await monitor.getMetric('thread_count')).toBe(11)
    expect(monitor.collected).toEqual(['queue', 'thread_count'])
  })

  test('can be overridden as a whole, as the reference does', async () => {
    class CachingMonitor extends ResourceMonitor {
      metrics = { requestCount: 0 }
      override async getMetric(name: string): Promise<number> {
        return name.length
      }
    }
    const monitor = new CachingMonitor({ source: new FakeSource() })
    expect(await monitor.getMetric('abc')).toBe(3)
    monitor.recordMetric('still_works', 1)
    expect(monitor.metrics).toEqual({ requestCount: 0 })
    expect(monitor.metricStore.get('still_works')?.latest?.last).toBe(1)
  })

  test('leaves the names of its plain properties to subclasses in JavaScript', async () => {
    class Own extends ResourceMonitor {
      constructor() {
        const logger = { warn: () => {}, error: () => {} }
        super({ interval: 0.02, source: new FakeSource(), logger })
        const own = { interval: 60, history: [], alerts: [], log: [], selfCost: 0, metricStore: 0 }
        Object.assign(this, own)
      }
    }
    await using monitor = new Own()
    await monitor.start()
    await vi.waitFor(() => expect(monitor.getHistory().length).toBeGreaterThanOrEqual(2))
    monitor.setThreshold('queue', 1)
    monitor.recordMetric('queue', 2)
    monitor.recordMetric('queue', NaN)
    monitor.alert('by hand')
    expect(await monitor.getMetric('queue')).toBe(2)
    expect([monitor.interval, monitor.alerts]).toEqual([60, []])
  })
})
