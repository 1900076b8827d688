import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { clock } from '../../packages/core/src/clock.ts'
import { MtaioError } from '../../packages/core/src/errors.ts'
import type { SystemStats } from '../../packages/core/src/system/index.ts'
import { unknownStats } from '../../packages/core/src/monitor/figures.ts'
import type { MonitorOptions } from '../../packages/core/src/monitor/monitor-options.ts'
import { ResourceMonitor } from '../../packages/core/src/monitor/resource-monitor.ts'
import { DifferenceSource, setUp, rows } from './fake-monitor.ts'

describe('start and stop', () => {
  test('take the first sample at once and then one an interval', async () => {
    const { monitor } = setUp()
    await monitor.start()
    expect(monitor.latest?.stats.cpu.usagePercent).toBe(10)
    await rows(monitor, 5)
    const times = monitor.getHistory().map((sample) => sample.timestamp)
    const [first = NaN] = times
    for (const t of times) {
      const steps = (t - first) / 0.02
      expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-3)
    }
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
  })

  test('are idempotent, also when called at once; the last call decides', async () => {
    const { monitor, source } = setUp()
    await Promise.all([monitor.start(), monitor.start(), monitor.start()])
    expect(source.calls.filter((call) => call === 'start')).toHaveLength(1)
    await Promise.all([monitor.stop(), monitor.start(), monitor.stop(), monitor.stop()])
    expect(monitor.isRunning).toBe(false)
    const used = source.calls.filter((call) => call !== 'read')
    expect(used).toEqual(['start', 'stop', 'start', 'stop'])
    const size = monitor.history.size
    await sleep(80)
    expect(monitor.history.size).toBe(size)
  })

  test('can be repeated, and the history goes on', async () => {
    const { monitor } = setUp()
    for (let i = 1; i <= 5; i++) {
      await monitor.start()
      await monitor.stop()
    }
    expect(monitor.history.size).toBe(5)
  })

  test('come as a pair with `await using`', async () => {
    const { monitor, source } = setUp()
    {
      await using used = monitor
      await used.start()
    }
    expect(monitor.isRunning).toBe(false)
    expect(source.calls.at(-1)).toBe('stop')
  })

  test('go on under fake timers of the app', async () => {
    const { monitor } = setUp()
    vi.useFakeTimers()
    await monitor.start()
    const endMs = clock.now() + 5000
    while (monitor.history.size < 4 && clock.now() < endMs) await sleep(5)
    expect(monitor.history.size).toBeGreaterThanOrEqual(4)
  })
})

describe('sampling', () => {
  test('leaves a gap and says one warning when samples fail, and goes on', async () => {
    const { monitor, source, lines } = setUp()
    const good = source.sample
    await monitor.start()
    source.sample = () => {
      throw new Error('garbage in /proc/stat')
    }
    await rows(monitor, 4)
    source.sample = () => Promise.reject(new Error('worker died'))
    await rows(monitor, 7)
    source.sample = good
    await rows(monitor, 10)
    const { cpu_usage, heap_used } = monitor.history.columns()
    expect(cpu_usage?.slice(1, 4)).toEqual([null, null, null])
    expect(cpu_usage?.at(-1)).toBe(10)
    expect(heap_used).not.toContain(null)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('garbage in /proc/stat')
    expect(monitor.selfCost.failedSamples).toBeGreaterThanOrEqual(6)
  })

  test('waits for a source that answers later, in the row of its tick', async () => {
    const { monitor, source } = setUp()
    const now = source.sample
    source.sample = async () => {
      await sleep(2)
      return now()
    }
    await monitor.start()
    await rows(monitor, 4)
    expect(monitor.history.columns()['cpu_usage']?.slice(0, 4)).toEqual([10, 10, 10, 10])
  })

  test('never has two readings under way, and rows go on with gaps while one hangs', async () => {
    const { monitor, source } = setUp()
    let finish: (stats: SystemStats) => void = () => {}
    source.sample = () => new Promise((resolve) => (finish = resolve))
    await monitor.start()
    await rows(monitor, 4)
    expect(source.calls.filter((call) => call === 'read')).toHaveLength(1)
    const { cpu_usage, heap_used } = monitor.history.columns()
    expect(new Set(cpu_usage)).toEqual(new Set([null]))
    expect(heap_used).not.toContain(null)
    const stats = unknownStats(0)
    finish({ ...stats, cpu: { ...stats.cpu, usagePercent: 33 } })
    await vi.waitFor(() => expect(monitor.history.columns()['cpu_usage']).toContain(33))
  })

  test('drops a reading that comes after the stop', async () => {
    const { monitor, source } = setUp()
    source.sample = async () => {
      await sleep(20)
      return unknownStats(0)
    }
    await monitor.start()
    await monitor.stop()
    await sleep(60)
    expect(monitor.history.size).toBe(0)
  })

  test('survives a source whose start and stop fail', async () => {
    const { monitor, source, lines } = setUp()
    source.start = () => {
      throw new Error('no start')
    }
    source.stop = () => Promise.reject(new Error('no stop'))
    await monitor.start()
    await rows(monitor, 2)
    await monitor.stop()
    await monitor.start()
    expect(monitor.isRunning).toBe(true)
    expect(lines).toHaveLength(2)
  })

  test('gives the last sample while it runs, without another reading', async () => {
    const { monitor, source } = setUp({ interval: 60 })
    await monitor.start()
    source.cpu = 99
    expect((await monitor.getCurrentStats()).cpu.usagePercent).toBe(10)
    expect(source.calls.filter((call) => call === 'read')).toHaveLength(1)
  })

  test('gives figures that were primed on a monitor that was never started, to all who ask at once', async () => {
    const source = new DifferenceSource()
    const { monitor } = setUp({ source })
    const stats = await Promise.all([
      monitor.getCurrentStats(),
      monitor.getCurrentStats(),
      sleep(30).then(() => monitor.getCurrentStats()),
    ])
    expect(stats.map(({ cpu }) => cpu.usagePercent)).toEqual([42, 42, 42])
    expect(source.calls.filter((call) => call === 'start')).toHaveLength(1)
    expect(monitor.history.size).toBe(0)
  })

  test('gives figures that were primed when only the sample of the start is there', async () => {
    const { monitor } = setUp({ source: new DifferenceSource(), interval: 60 })
    await monitor.start()
    expect(monitor.latest?.stats.cpu.usagePercent).toBeNull()
    expect((await monitor.getCurrentStats()).cpu.usagePercent).toBe(42)
  })

  test('has no figures in the first sample that are differences over no time', async () => {
    const { monitor } = setUp({ source: 'auto', interval: 0.1 })
    monitor.setThreshold('event_loop_utilization', 1)
    await monitor.start()
    expect(monitor.alerts.firing()).toEqual([])
    await rows(monitor, 3)
    const [first, second] = monitor.getHistory()
    expect(first).toMatchObject({
      runtime: {
        eventLoopUtilization: null,
        eventLoopDelay: { p50: null, p99: null, max: null },
        processCpuPercent: null,
      },
    })
    expect(first?.memory.percent).toBeGreaterThan(0)
    expect(second?.runtime.eventLoopUtilization).not.toBeNull()
    expect(second?.runtime.processCpuPercent).not.toBeNull()
  })

  test('gives figures that were primed when it is started meanwhile', async () => {
    const { monitor } = setUp({ source: new DifferenceSource(), interval: 60 })
    const asked = monitor.getCurrentStats()
    await sleep(70)
    await monitor.start()
    expect((await asked).cpu.usagePercent).toBe(42)
  })

  test('gives figures without values, and no error, when it is stopped meanwhile', async () => {
    const { monitor, source } = setUp()
    const asked = monitor.getCurrentStats()
    await monitor.stop()
    expect((await asked).cpu.usagePercent).toBeNull()
    expect(source.calls.filter((call) => call === 'read')).toHaveLength(1)
  })

  test('gives figures without values, and no error, when the source fails', async () => {
    const { monitor, source } = setUp()
    source.sample = () => {
      throw new Error('no')
    }
    const stats = await monitor.getCurrentStats()
    expect(stats.cpu.usagePercent).toBeNull()
    expect(stats.timestamp).toBeCloseTo(Date.now() / 1000, 0)
  })

  test('does not keep the process alive', async () => {
    const { monitor } = setUp({ interval: 60 })
    const before = process.getActiveResourcesInfo()
    await monitor.start()
    expect(process.getActiveResourcesInfo()).toEqual(before)
  })

  test('a tick without its source takes no longer than to sort a few thousand numbers', async () => {
    const { monitor } = setUp({ interval: 0.01 })
    for (const metric of ['cpu_usage', 'memory_usage', 'heap_usage']) {
      monitor.setThreshold(metric, 1e12)
    }
    const numbers = Float64Array.from({ length: 7000 }, (_, i) => Math.sin(i))
    const costs: number[] = []
    const sorts: number[] = []
    let totalMs = 0
    // A tick sees what all before it cost, but for this, which takes as long as the machine is slow.
    monitor.onTick(() => {
      costs.push(monitor.selfCost.totalMs - totalMs - (sorts.at(-1) ?? 0))
      totalMs = monitor.selfCost.totalMs
      const beganMs = clock.now()
      numbers.slice().sort()
      sorts.push(clock.now() - beganMs)
    })
    await monitor.start()
    await rows(monitor, 100)
    // The quickest quarter: other processes of a busy machine are not what is measured here.
    const quick = (spent: number[]): number => spent.toSorted((a, b) => a - b)[spent.length >> 2]!
    expect(quick(costs)).toBeLessThan(quick(sorts))
    expect(monitor.selfCost.cpuPercent(clock.now())).toBeGreaterThan(0)
  })
})

test('what a tick does when its source has answered later is in what mtaio costs', async () => {
  for (const isLate of [false, true]) {
    const { monitor, source } = setUp()
    const now = source.sample
    if (isLate) source.sample = async () => now()
    monitor.onTick(() => {
      const endMs = clock.now() + 2
      while (clock.now() < endMs);
    })
    await monitor.start()
    await rows(monitor, 5)
    expect(monitor.selfCost.totalMs).toBeGreaterThan(8)
  }
})

describe('history', () => {
  test('is cut by epoch seconds', async () => {
    const { monitor } = setUp({ historySize: 5 })
    await monitor.start()
    await rows(monitor, 5)
    await monitor.stop()
    const all = monitor.getHistory()
    expect(all).toHaveLength(5)
    expect(all[0]?.runtime.heap.used).toBeGreaterThan(0)
    const [, second = NaN, third = NaN] = all.map((sample) => sample.timestamp)
    expect(monitor.getHistory({ start: second, end: third })).toEqual(all.slice(1, 3))
    expect(monitor.getHistory({ start: third + 3600 })).toEqual([])
    expect(() => monitor.getHistory({ start: NaN })).toThrow(/Date\.now\(\) \/ 1000/)
  })
})

describe('figures and listeners of other rooms', () => {
  test('have a column, a threshold and a value for getMetric', async () => {
    const { monitor } = setUp()
    let value = 3
    const remove = monitor.addFigure('queue', () => value)
    const calls: number[] = []
    monitor.onThresholdExceeded((_metric, value) => calls.push(value))
    monitor.setThreshold('queue', 5)
    await monitor.start()
    value = 8
    await rows(monitor, 3)
    expect(monitor.history.columns()['queue']?.slice(0, 2)).toEqual([3, 8])
    expect(calls[0]).toBe(8)
    expect(await monitor.getMetric('queue')).toBe(8)
    remove()
    expect(monitor.history.columns()).not.toHaveProperty('queue')
    expect(() => monitor.addFigure('queue', () => 1)).not.toThrow()
    expect(() => monitor.addFigure('queue', () => 1)).toThrow(MtaioError)
    // It was removed before: what has its name now is somebody else's.
    remove()
    expect(await monitor.getMetric('queue', { maxAge: 0 })).toBe(1)
  })

  test('cannot have the name of a built-in one, whose column stays as it is', async () => {
    const { monitor } = setUp()
    await monitor.start()
    for (const name of ['t', 'cpu_usage', 'heap_used']) {
      expect(() => monitor.addFigure(name, () => 1)).toThrow(MtaioError)
    }
    expect(monitor.getHistory()[0]?.runtime.heap.used).toBeGreaterThan(1)
  })

  test('that are promises or texts are gaps; that is counted, and said once', async () => {
    const { monitor, lines } = setUp()
    monitor.addFigure('late', (async () => 1) as never)
    monitor.addFigure('failing', (() => Promise.reject(new Error('no'))) as never)
    monitor.addFigure('text', (() => '5') as never)
    await monitor.start()
    await rows(monitor, 3)
    const columns = monitor.history.columns()
    for (const name of ['late', 'failing', 'text']) expect(columns[name]?.at(-1)).toBeNull()
    expect(monitor.selfCost.failedInside).toBeGreaterThanOrEqual(9)
    expect(lines).toHaveLength(3)
    expect(lines.join()).toContain('It must be a number or null at once, not a promise.')
    expect(lines.join()).toContain('It must be a number or null at once, not "5".')
  })

  test('do not end the sampling when they throw; it is counted, and said once', async () => {
    const { monitor, lines } = setUp()
    const seen: number[] = []
    monitor.addFigure('broken', () => {
      throw new Error('no figure')
    })
    monitor.onTick(() => {
      throw new Error('no listener')
    })
    const end = monitor.onTick((nowMs) => seen.push(nowMs))
    await monitor.start()
    await rows(monitor, 3)
    expect(seen.length).toBeGreaterThanOrEqual(3)
    expect(monitor.history.columns()['broken']?.slice(0, 3)).toEqual([null, null, null])
    expect(monitor.selfCost.failedInside).toBeGreaterThanOrEqual(6)
    expect(lines).toHaveLength(2)
    end()
    const told = seen.length
    await rows(monitor, monitor.history.size + 2)
    expect(seen).toHaveLength(told)
  })
})

describe('options', () => {
  test('have the defaults of the reference', () => {
    const monitor = new ResourceMonitor()
    expect(monitor.interval).toBe(1)
    expect(monitor.history.capacity).toBe(3600)
  })

  test('that cannot be used are refused, with a message that names them', () => {
    const bad: [MonitorOptions, RegExp][] = [
      [{ interval: 0 }, /interval/],
      [{ interval: NaN }, /interval/],
      [{ interval: '1' as never }, /interval/],
      [{ interval: 1e9 }, /interval/],
      [{ historySize: 0 }, /historySize/],
      [{ historySize: 1.5 }, /historySize/],
      [{ thresholds: { cpu_usage: NaN } }, /cpu_usage/],
      [{ thresholds: { cpu_usage: { value: 80, clearBelow: 90 } } }, /clearBelow/],
      [{ source: 'prometheus' as never }, /source/],
      [{ limits: { maxMetrics: -1 } }, /maxMetrics/],
      [{ logger: {} as never }, /logger/],
      [{ intervall: 1 } as never, /intervall/],
      [null as never, /object/],
    ]
    for (const [options, message] of bad) {
      expect(() => new ResourceMonitor(options)).toThrow(MtaioError)
      expect(() => new ResourceMonitor(options)).toThrow(message)
    }
  })

  test('of thresholds are checked', () => {
    const { monitor } = setUp()
    expect(() => monitor.setThreshold('', 5)).toThrow(/name of a metric/)
    expect(() => monitor.setThreshold('a', null as never)).toThrow(/removeThreshold\('a'\)/)
    expect(() => monitor.setThreshold('a', 5, { for: -1 })).toThrow(/for/)
    expect(() => monitor.setThreshold('a', 5, { cooldown: NaN })).toThrow(/cooldown/)
    expect(() => monitor.setThreshold('a', 5, { cooldwon: 1 } as never)).toThrow(/cooldwon/)
    expect(monitor.alerts.thresholds()).toEqual([])
  })

  test('of thresholds can be given from the start', () => {
    const { monitor } = setUp({ thresholds: { cpu_usage: 80, queue: { value: 5, for: 10 } } })
    expect(monitor.alerts.thresholds()).toEqual([
      { metric: 'cpu_usage', value: 80, clearBelow: 80, for: 0, cooldown: 0, hasValue: false },
      { metric: 'queue', value: 5, clearBelow: 5, for: 10, cooldown: 0, hasValue: false },
    ])
  })

  test('of a threshold whose metric never has a value is not known before, but seen', async () => {
    const thresholds = { cpu_usage: 80, cpu_usge: 80, queue: 5 }
    const { monitor } = setUp({ thresholds })
    await monitor.start()
    await rows(monitor, 1)
    monitor.recordMetric('queue', 1)
    const seen = monitor.alerts.thresholds().map(({ metric, hasValue }) => [metric, hasValue])
    expect(Object.fromEntries(seen)).toEqual({ cpu_usage: true, cpu_usge: false, queue: true })
    await monitor.stop()
  })
})
