import { setTimeout as sleep } from 'node:timers/promises'
import { Profiler, ResourceMonitor, type SystemStats } from '@mtaio/core'
import { afterEach, describe, expect, it, vi } from 'vitest'

// The examples of the API reference for resource monitoring, line by line. Where an example waits
// for a minute or for a busy machine, the interval is shorter and the threshold lower.

const started: ResourceMonitor[] = []

function own<M extends ResourceMonitor>(monitor: M): M {
  started.push(monitor)
  return monitor
}

afterEach(async () => {
  for (const monitor of started.splice(0)) await monitor.stop()
})

describe('ResourceMonitor, basic usage', () => {
  it('tells the handler which metric went above which threshold', async () => {
    const alerts: string[] = []
    const monitor = own(new ResourceMonitor({ interval: 0.05 }))
    const handler = monitor.onThresholdExceeded(async (metric, value, threshold) => {
      await sleep(1)
      alerts.push(`Alert: ${metric} exceeded threshold (${value} > ${threshold})`)
    })
    monitor.setThreshold('cpu_usage', 80.0)
    monitor.setThreshold('memory_usage', 0.001)
    await monitor.start()

    const expected = /^Alert: memory_usage exceeded threshold \([\d.]+ > 0\.001\)$/
    await vi.waitFor(() => expect(alerts.find((alert) => expected.test(alert))).toBeDefined(), 5000)
    expect(handler).toBeTypeOf('function')
  })

  it('samples once a second and keeps 3,600 samples unless told otherwise', async () => {
    const monitor = own(new ResourceMonitor())
    await monitor.start()
    await vi.waitFor(() => expect(monitor.getHistory().length).toBeGreaterThan(2), 10_000)
    const [first, second] = monitor.getHistory().slice(-2)
    const apart = second!.timestamp - first!.timestamp
    expect(apart).toBeGreaterThan(0.5)
    expect(apart).toBeLessThan(3)
  })

  it('keeps no more samples than historySize', async () => {
    const monitor = own(new ResourceMonitor({ interval: 0.02, historySize: 5 }))
    await monitor.start()
    await sleep(600)
    expect(monitor.getHistory()).toHaveLength(5)
  })

  it('gives the current statistics, also before it was started', async () => {
    const monitor = own(new ResourceMonitor({ interval: 0.05 }))
    const before = await monitor.getCurrentStats()
    expect(before.memory.total).toBeGreaterThan(0)
    await monitor.start()
    await sleep(200)
    const stats = await monitor.getCurrentStats()

    expect(Math.abs(stats.timestamp - Date.now() / 1000)).toBeLessThan(5)
    expect(stats.cpu.usagePercent).toBeGreaterThanOrEqual(0)
    expect(stats.cpu.usagePercent).toBeLessThanOrEqual(100)
    expect(stats.cpu.loadAverage).toHaveLength(3)
    expect(stats.cpu.threadCount).toBeGreaterThan(1)
    const { total, available, used, percent } = stats.memory
    expect(used! + available!).toBeLessThanOrEqual(total! * 1.01)
    expect(percent).toBeCloseTo((used! / total!) * 100, 0)
    for (const figure of Object.values(stats.io)) expect(figure).toBeGreaterThanOrEqual(0)
  })
})

describe('Custom metrics collection', () => {
  class ApplicationMonitor extends ResourceMonitor {
    metrics = { requestCount: 0, errorCount: 0, averageResponseTime: 0.0 }
    samples: SystemStats[] = []

    async collectMetrics(signal: AbortSignal, pauseMs: number): Promise<void> {
      while (!signal.aborted) {
        this.samples.push(await this.getCurrentStats())
        if (this.metrics.errorCount > 100) await this.alert('High error rate detected')
        await sleep(pauseMs)
      }
    }
  }

  it('lets a subclass watch its own figures and raise an alert', async () => {
    const monitor = own(new ApplicationMonitor())
    const handled: unknown[] = []
    monitor.onThresholdExceeded((...call) => {
      handled.push(call)
    })
    const ending = new AbortController()
    const collecting = monitor.collectMetrics(ending.signal, 10)
    await vi.waitFor(() => expect(monitor.samples.length).toBeGreaterThan(2), 5000)
    expect(monitor.alerts.firing()).toHaveLength(0)
    expect(monitor.alerts.past()).toHaveLength(0)

    monitor.metrics.errorCount = 101
    await vi.waitFor(() => expect(handled.length).toBeGreaterThan(0), 5000)
    ending.abort()
    await collecting

    const raised = [...monitor.alerts.firing(), ...monitor.alerts.past()]
    expect(raised.map((alert) => alert.message)).toContain('High error rate detected')
  })
})

describe('Web application monitoring', () => {
  class WebAppMonitor {
    readonly monitor: ResourceMonitor
    readonly profiler = new Profiler()

    constructor(interval: number) {
      this.monitor = own(new ResourceMonitor({ interval }))
    }

    monitorRequest(processRequest: () => Promise<string>): Promise<string> {
      return this.profiler.traceContext('http_request', async () => {
        const startTime = Date.now() / 1000
        try {
          const response = await processRequest()
          await this.monitor.recordMetric('request_duration', Date.now() / 1000 - startTime)
          return response
        } catch (error) {
          await this.monitor.recordMetric('request_error', 1.0)
          throw error
        }
      })
    }
  }

  it.each(['started', 'never started'])(
    'holds the thresholds against the requests that are recorded (%s)',
    async (state) => {
      const app = new WebAppMonitor(0.05)
      const told = new Map<string, number>()
      app.monitor.onThresholdExceeded((metric, value) => {
        told.set(metric, value)
      })
      app.monitor.setThreshold('error_rate', 5.0)
      app.monitor.setThreshold('response_time', 1.0)
      if (state === 'started') await app.monitor.start()

      const ok = async (): Promise<string> => 'ok'
      for (let i = 0; i < 19; i++) expect(await app.monitorRequest(ok)).toBe('ok')
      const fail = app.monitorRequest(() => Promise.reject(new Error('no')))
      await expect(fail).rejects.toThrow('no')
      await sleep(120)
      // Five percent is not above five percent, and all were quick.
      expect([...told]).toEqual([])
      expect(app.profiler.getProfile().getMetrics('http_request').errorCount).toBe(1)

      for (let i = 0; i < 10; i++) {
        await app.monitorRequest(() => Promise.reject(new Error('no'))).catch(() => {})
      }
      await app.monitor.recordMetric('request_duration', 3)
      await app.monitor.recordMetric('request_duration', 3)
      await vi.waitFor(() => expect([...told.keys()].toSorted()).toHaveLength(2), 2000)
      expect(told.get('error_rate')).toBeGreaterThan(5)
      expect(told.get('response_time')).toBeCloseTo(3, 1)
    },
  )
})

describe('Background task monitoring', () => {
  class TaskMonitor {
    readonly monitor = own(new ResourceMonitor())
    readonly told: string[] = []

    async notifyAdmin(message: string): Promise<void> {
      await sleep(1)
      this.told.push(message)
    }

    async monitorTask(taskId: string, rounds: number): Promise<void> {
      this.monitor.onThresholdExceeded(async (metric) => {
        await this.notifyAdmin(`Task ${taskId} ${metric} exceeded threshold`)
      })
      for (let round = 0; round < rounds; round++) {
        const stats = { memoryUsage: 100 * (round + 1), cpuUsage: 5 }
        await this.monitor.recordMetrics({
          task_memory: stats.memoryUsage,
          task_cpu: stats.cpuUsage,
        })
        await sleep(5)
      }
    }
  }

  it('checks thresholds of own metrics on a monitor that was never started', async () => {
    const task = new TaskMonitor()
    task.monitor.setThreshold('task_memory', 250)
    task.monitor.setThreshold('task_cpu', 90)
    await task.monitorTask('42', 2)
    await sleep(20)
    expect(task.told).toEqual([])

    await task.monitorTask('42', 3)
    await vi.waitFor(() => expect(task.told.length).toBeGreaterThan(0), 2000)
    expect(new Set(task.told)).toEqual(new Set(['Task 42 task_memory exceeded threshold']))
  })
})

describe('Best practices', () => {
  it('cleans up: the monitor is stopped when the user of the generator is done', async () => {
    async function* monitoring(): AsyncGenerator<ResourceMonitor> {
      const monitor = own(new ResourceMonitor({ interval: 0.02 }))
      try {
        await monitor.start()
        yield monitor
      } finally {
        await monitor.stop()
      }
    }
    let seen: ResourceMonitor | undefined
    for await (const monitor of monitoring()) {
      seen = monitor
      await sleep(100)
    }
    const samples = seen!.getHistory().length
    expect(samples).toBeGreaterThan(0)
    await sleep(100)
    expect(seen!.getHistory()).toHaveLength(samples)
  })

  it('takes thresholds of system resources and of application metrics', async () => {
    const monitor = own(new ResourceMonitor({ interval: 0.05 }))
    await monitor.start()
    const metrics: string[] = []
    monitor.onThresholdExceeded((metric) => {
      // The machine that this runs on may be busy.
      if (metric !== 'cpu_usage' && metric !== 'memory_usage') metrics.push(metric)
    })
    monitor.setThreshold('cpu_usage', 80.0)
    monitor.setThreshold('memory_usage', 90.0)
    monitor.setThreshold('error_rate', 5.0)
    monitor.setThreshold('response_time', 1.0)

    // As the integration example records them, for each request one or the other.
    for (let i = 0; i < 96; i++) await monitor.recordMetric('request_duration', 0.2)
    for (let i = 0; i < 4; i++) await monitor.recordMetric('request_error', 1)
    await sleep(120)
    expect(metrics).toEqual([])
    for (let i = 0; i < 20; i++) await monitor.recordMetric('request_duration', 1.5)
    for (let i = 0; i < 20; i++) await monitor.recordMetric('request_error', 1)
    await vi.waitFor(() => {
      expect(new Set(metrics)).toEqual(new Set(['error_rate', 'response_time']))
    }, 2000)
  })

  it('collects a metric that is asked for at most once a second', async () => {
    class OptimizedMonitor extends ResourceMonitor {
      collected = 0

      constructor() {
        super({ interval: 5.0 })
      }

      override async collectMetric(name: string): Promise<number> {
        await sleep(1)
        this.collected++
        return name.length + this.collected
      }
    }
    const monitor = own(new OptimizedMonitor())
    expect(await monitor.getMetric('queue')).toBe(6)
    expect(await monitor.getMetric('queue')).toBe(6)
    expect(monitor.collected).toBe(1)
    expect(await monitor.getMetric('queue', { maxAge: 0 })).toBe(7)
    expect(await monitor.getMetric('other')).toBe(8)
  })
})
