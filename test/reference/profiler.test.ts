import { setTimeout as sleep } from 'node:timers/promises'
import { Profiler, ResourceMonitor, type Profile, type ProfileMetrics } from '@mtaio/core'
import { describe, expect, it } from 'vitest'

// The examples of the API reference for profiling, line by line.

describe('Profiler, basic usage', () => {
  it('profiles a function and a block of code', async () => {
    const profiler = new Profiler()
    const monitoredFunction = profiler.trace(async function monitoredFunction() {
      await sleep(20)
      return 'done'
    })
    expect(await monitoredFunction()).toBe('done')
    await profiler.traceContext('operation', async () => {
      await sleep(30)
    })

    const profile = await profiler.getProfile()
    expect(profile.traces.map((trace) => trace.name)).toEqual(['monitoredFunction', 'operation'])
    expect(profile.totalTime).toBeGreaterThanOrEqual(0.045)
    expect(profile.totalTime).toBeLessThan(5)
    expect(`Total execution time: ${profile.totalTime.toFixed(2)}s`).toMatch(/\d\.\d\ds$/)
  })

  it('gives each trace its duration, its metadata and real memory figures', async () => {
    const profiler = new Profiler({ collectStackTrace: true })
    const kept: unknown[] = []
    await profiler.traceContext(
      'allocate',
      async () => {
        await sleep(5)
        kept.push(Array.from({ length: 1_000_000 }, (_, i) => ({ i })))
      },
      { type: 'memory' },
    )
    const [trace] = (await profiler.getProfile()).traces
    expect(trace!.metadata).toEqual({ type: 'memory' })
    expect(trace!.endTime! - trace!.startTime).toBeCloseTo(trace!.duration, 5)
    expect(Math.abs(trace!.startTime - Date.now() / 1000)).toBeLessThan(10)
    expect(trace!.memoryStart).toBeGreaterThan(1_000_000)
    expect(trace!.memoryDelta).toBe(trace!.memoryEnd! - trace!.memoryStart)
    expect(trace!.memoryDelta).toBeGreaterThan(8_000_000)
    expect(trace!.stackTrace).toContain('profiler.test.ts')
    expect(kept).toHaveLength(1)
  })

  it('leaves a function untouched when it is not enabled', () => {
    const profiler = new Profiler({ enabled: false })
    const untouched = async (): Promise<void> => {}
    expect(profiler.trace(untouched)).toBe(untouched)
    expect(profiler.trace({ name: 'x' })(untouched)).toBe(untouched)
  })
})

describe('Performance profiling', () => {
  class PerformanceProfiler {
    readonly profiler = new Profiler({ traceAsyncTasks: true, collectStackTrace: true })

    async profileOperation(): Promise<ProfileMetrics | undefined> {
      return this.profiler.traceContext('operation', async () => {
        await this.profiler.startTrace('memory_usage', { metadata: { type: 'memory' } })
        await sleep(10)
        const profile = await this.profiler.getProfile()
        return this.analyzeProfile(profile)
      })
    }

    analyzeProfile(profile: Profile): ProfileMetrics | undefined {
      const names = profile.traces.map((trace) => trace.name)
      expect(names).toContain('operation')
      expect(names).toContain('memory_usage')
      const memory = profile.traces.find((trace) => trace.name === 'memory_usage')!
      const operation = profile.traces.find((trace) => trace.name === 'operation')!
      expect(memory.parentId).toBe(operation.id)
      expect(memory.metadata).toEqual({ type: 'memory' })
      expect(memory.stackTrace).toContain('profileOperation')
      return profile.getMetrics('operation')
    }
  }

  it('sees traces that are still open, and analyses what has ended', async () => {
    const performanceProfiler = new PerformanceProfiler()
    await performanceProfiler.profileOperation()
    const metrics = await performanceProfiler.profileOperation()
    expect(metrics!.callCount).toBe(1)
    expect(metrics!.minTime).toBeGreaterThanOrEqual(0.008)
    expect(metrics!.percentiles[95]).toBeGreaterThanOrEqual(metrics!.minTime)
    expect(metrics!.percentiles[95]).toBeLessThanOrEqual(metrics!.maxTime)
  })
})

describe('Web application monitoring', () => {
  class WebAppMonitor {
    readonly monitor = new ResourceMonitor()
    readonly profiler = new Profiler()

    async monitorRequest(process: () => Promise<string>): Promise<string> {
      return this.profiler.traceContext('http_request', async () => {
        const startTime = performance.now()
        try {
          const response = await process()
          await this.monitor.recordMetric(
            'request_duration',
            (performance.now() - startTime) / 1000,
          )
          return response
        } catch (error) {
          await this.monitor.recordMetric('request_error', 1.0)
          throw error
        }
      })
    }
  }

  it('records durations and errors, and leaves results and errors as they are', async () => {
    const app = new WebAppMonitor()
    const failure = new Error('no')
    const answers = await Promise.allSettled([
      app.monitorRequest(async () => {
        await sleep(10)
        return 'a'
      }),
      app.monitorRequest(async () => 'b'),
      app.monitorRequest(() => Promise.reject(failure)),
    ])
    expect(answers).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'fulfilled', value: 'b' },
      { status: 'rejected', reason: failure },
    ])
    const durations = app.monitor.metricStore.series('request_duration')
    expect(durations.values.totalCount).toBe(2)
    expect(durations.values.total().max).toBeGreaterThanOrEqual(0.008)
    expect(app.monitor.metricStore.series('request_error').values.totalSum).toBe(1)

    const profile = await app.profiler.getProfile()
    expect(profile.getMetrics('http_request').callCount).toBe(3)
    const failed = profile.traces.filter((trace) => trace.error !== undefined)
    expect(failed.map((trace) => trace.error?.message)).toEqual(['no'])
  })
})
