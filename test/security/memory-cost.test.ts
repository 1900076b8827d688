import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { LIMITS, Profiler, ResourceMonitor, type Limits } from '@mtaio/core'
import { bucketIndex } from '../../packages/core/src/metrics/histogram.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is measured must not be collected while it is. */
const held = new Set<object>()

/** Bytes that what is filled in takes, heap and buffers together, for each of `count`. */
function bytesEach<Owner extends object>(
  count: number,
  owner: Owner,
  fill: (owner: Owner) => void,
): number {
  const used = (): number => {
    collect()
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const before = used()
  fill(owner)
  const bytes = used() - before
  held.add(owner)
  held.delete(owner)
  return bytes / count
}

/** The number of bytes that the column `memory` of docs/limits.md begins with. */
function promised(name: keyof Limits): number {
  const [, number, unit] = /^about ([\d.]+) (KB|B)/.exec(LIMITS[name].cost) ?? []
  return Number(number) * (unit === 'KB' ? 1024 : 1)
}

// Latencies as they are in the field: most near the middle, some far above.
const latency = (i: number): number => 0.01 * Math.exp(Math.sin(i * 12.9898) * 1.5)
const HOUR_MS = 3_600_000

describe('the memory that docs/limits.md promises is about what is taken', () => {
  const measures: readonly (readonly [keyof Limits, () => number])[] = [
    [
      'maxMetrics',
      () =>
        bytesEach(5000, new ResourceMonitor({ limits: { maxMetrics: 5000 } }), (monitor) => {
          for (let i = 0; i < 5000; i++) monitor.recordMetric(`metric ${i}`, 1)
        }),
    ],
    [
      'maxSeriesPerMetric',
      () =>
        bytesEach(100, new ResourceMonitor(), ({ metricStore }) => {
          for (let i = 0; i < 100; i++) {
            const series = metricStore.series('busy', { i })
            for (let ms = 0; ms < HOUR_MS; ms += 1000) {
              const value = latency(i + ms)
              series.recordAt(bucketIndex(value), value, ms)
            }
          }
        }),
    ],
    [
      'maxTraces',
      () =>
        bytesEach(20_000, new Profiler({ limits: { maxTraces: 20_000 } }), (profiler) => {
          for (let i = 0; i < 20_000; i++) profiler.endTrace(profiler.startTrace('one'))
        }),
    ],
    [
      'maxOpenTraces',
      () =>
        bytesEach(20_000, new Profiler({ limits: { maxOpenTraces: 20_000 } }), (profiler) => {
          for (let i = 0; i < 20_000; i++) profiler.startTrace('one')
        }),
    ],
    [
      'maxSpansPerTrace',
      () =>
        bytesEach(20_000, new Profiler({ limits: { maxSpansPerTrace: 20_000 } }), (profiler) => {
          const parent = profiler.startTrace('parent')
          for (let i = 0; i < 20_000; i++)
            profiler.endTrace(profiler.startTrace('span', { parent }))
        }),
    ],
    [
      'maxOperations',
      () =>
        bytesEach(1000, new Profiler(), (profiler) => {
          for (let i = 0; i < 1000; i++) {
            const operation = profiler.operation(`operation ${i}`)
            for (let k = 0; k < 500; k++) {
              const seconds = latency(k)
              operation.record(bucketIndex(seconds), seconds, false)
            }
          }
        }),
    ],
    [
      'maxErrorCauses',
      () =>
        bytesEach(10_000, new Profiler({ limits: { maxTraces: 2000 } }), (profiler) => {
          for (let i = 0; i < 2000; i++) {
            let error = new Error(`innermost ${i}`)
            for (let k = 0; k < 5; k++) error = new Error(`outer ${k} ${i}`, { cause: error })
            profiler.endTrace(profiler.startTrace('one').setError(error))
          }
        }),
    ],
    [
      'maxAlerts',
      () =>
        bytesEach(20_000, new ResourceMonitor({ limits: { maxAlerts: 20_000 } }), (monitor) => {
          for (let i = 0; i < 20_000; i++) monitor.alert('metric', i, `message ${i}`)
        }),
    ],
  ]

  it.each(measures)('%s', (name, measure) => {
    measure() // what is made once, and code
    const bytes = measure()
    expect(bytes).toBeLessThan(1.6 * promised(name))
    expect(bytes).toBeGreaterThan(promised(name) / 3)
  })
})
