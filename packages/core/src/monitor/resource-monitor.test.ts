import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { clock } from '../clock.ts'
import { MtaioError } from '../errors.ts'
import type { StatsSource, SystemStats } from '../system/index.ts'
import { unknownStats } from './figures.ts'
import type { MonitorOptions } from './monitor-options.ts'
import { ResourceMonitor } from './resource-monitor.ts'

/** A source that says what a test wants, and counts how it was used. */
class FakeSource implements StatsSource {
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
class DifferenceSource extends FakeSource {
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

function setUp(options: MonitorOptions = {}) {
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

async function rows(monitor: ResourceMonitor, count: number): Promise<void> {
  await vi.waitFor(() => expect(monitor.history.size).toBeGreaterThanOrEqual(count), {
    timeout: 10_000,
    interval: 5,
  })
}

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

  test('a tick without its source takes well under 0.3 ms', async () => {
    const { monitor } = setUp({ interval: 0.01 })
    for (const metric of ['cpu_usage', 'memory_usage', 'heap_usage']) {
      monitor.setThreshold(metric, 1e12)
    }
    const costs: number[] = []
    let totalMs = 0
    // A tick sees what all before it cost.
    monitor.onTick(() => {
      costs.push(monitor.selfCost.totalMs - totalMs)
      totalMs = monitor.selfCost.totalMs
    })
    await monitor.start()
    await rows(monitor, 100)
    // The quickest quarter: other processes of a busy machine are not what is measured here.
    const spent = costs.toSorted((a, b) => a - b)
    expect(spent[Math.floor(spent.length / 4)]).toBeLessThan(0.3)
    expect(monitor.selfCost.cpuPercent(clock.now())).toBeGreaterThan(0)
  })
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
  })

  test('cannot have the name of a built-in one, whose column stays as it is', async () => {
    const { monitor } = setUp()
    await monitor.start()
    for (const name of ['t', 'cpu_usage', 'heap_used']) {
      expect(() => monitor.addFigure(name, () => 1)).toThrow(MtaioError)
    }
    expect(monitor.getHistory()[0]?.runtime.heap.used).toBeGreaterThan(1)
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

describe('thresholds and handlers', () => {
  test('tell a sync and an async handler of a sampled figure, once a tick while it is above', async () => {
    const { monitor, source } = setUp({ thresholds: { cpu_usage: 80 } })
    const calls: unknown[][] = []
    monitor.onThresholdExceeded((...call) => calls.push(call))
    let asynchronous = 0
    monitor.onThresholdExceeded(async () => {
      await sleep(1)
      asynchronous++
    })
    source.cpu = 95
    await monitor.start()
    await rows(monitor, 4)
    await monitor.stop()
    expect(calls).toHaveLength(monitor.history.size)
    expect(calls[0]?.slice(0, 3)).toEqual(['cpu_usage', 95, 80])
    expect(calls[0]?.[3]).toMatchObject({ metric: 'cpu_usage', state: 'firing', until: null })
    expect(asynchronous).toBeGreaterThan(0)
    expect(monitor.alerts.firing()).toHaveLength(1)
    expect(monitor.alerts.thresholds()).toMatchObject([{ metric: 'cpu_usage', value: 80 }])
  })

  test('tell of own metrics as they are recorded, on a monitor that was never started', () => {
    const { monitor } = setUp({ interval: 60 })
    monitor.setThreshold('task_memory', 100)
    const calls: unknown[][] = []
    const cleared: unknown[][] = []
    monitor.onThresholdExceeded((...call) => calls.push(call.slice(0, 3)))
    monitor.onThresholdCleared((...call) => cleared.push(call.slice(0, 3)))
    for (const value of [50, 150, 160, 170]) monitor.recordMetrics({ task_memory: value })
    expect(calls).toEqual([['task_memory', 150, 100]])
    expect(cleared).toEqual([])
    monitor.recordMetric('task_memory', 99)
    expect(cleared).toEqual([['task_memory', 99, 100]])
    expect(monitor.alerts.past()).toMatchObject([{ metric: 'task_memory', value: 170 }])
  })

  test('hold error_rate and response_time against the requests that are recorded', async () => {
    for (const isStarted of [true, false]) {
      const { monitor } = setUp({ thresholds: { error_rate: 5, response_time: 1 } })
      const told = new Set<string>()
      monitor.onThresholdExceeded((metric) => told.add(metric))
      if (isStarted) await monitor.start()
      expect(await monitor.getMetric('error_rate')).toBeNull()
      for (let i = 0; i < 95; i++) monitor.recordMetric('request_duration', i < 85 ? 0.2 : 0.9)
      for (let i = 0; i < 5; i++) monitor.recordMetric('request_error', 1, { status: '500' })
      if (isStarted) await rows(monitor, monitor.history.size + 2)
      expect([...told]).toEqual([])
      expect(await monitor.getMetric('error_rate', { maxAge: 0 })).toBe(5)
      expect(await monitor.getMetric('response_time')).toBeCloseTo(0.9, 1)
      monitor.recordMetric('request_error', 1)
      for (let i = 0; i < 10; i++) monitor.recordMetric('request_duration', 3)
      for (let i = 0; i < 9; i++) monitor.recordMetric('request_error', 1)
      await vi.waitFor(() => expect([...told].toSorted()).toEqual(['error_rate', 'response_time']))
      if (!isStarted) continue
      expect(monitor.history.columns()['error_rate']).toContain(5)
      monitor.addFigure('error_rate', () => 77)()
      expect(await monitor.getMetric('error_rate', { maxAge: 0 })).toBeLessThan(77)
    }
  })

  test('of a monitor that was never started end when nothing was recorded for long', () => {
    const { monitor } = setUp({ thresholds: { queue: 5, error_rate: 5 } })
    let nowMs = clock.now()
    vi.spyOn(clock, 'now').mockImplementation(() => nowMs)
    onTestFinished(() => void vi.restoreAllMocks())
    monitor.recordMetric('queue', 9)
    monitor.recordMetric('request_error', 1)
    const firing = (): string[] => monitor.alerts.firing().map(({ metric }) => metric)
    expect(firing()).toEqual(['queue', 'error_rate'])
    nowMs += 61_000
    expect(firing()).toEqual(['queue'])
    nowMs += 240_000
    expect(firing()).toEqual([])
    expect(monitor.alerts.past()).toHaveLength(2)
  })

  test('carry the labels of the series', () => {
    const { monitor } = setUp()
    monitor.setThreshold('queue', 5)
    const labels: unknown[] = []
    monitor.onThresholdExceeded((_metric, _value, _threshold, alert) => {
      labels.push({ ...alert.labels })
    })
    monitor.recordMetric('queue', 9, { name: 'mail' })
    expect(labels).toEqual([{ name: 'mail' }])
  })

  test('go on when a handler throws, and sampling does, too', async () => {
    const { monitor, source, lines } = setUp({ thresholds: { cpu_usage: 80 } })
    source.cpu = 99
    let reached = 0
    monitor.onThresholdExceeded(() => {
      throw new Error('mail server is down')
    })
    monitor.onThresholdExceeded(() => {
      reached++
    })
    await monitor.start()
    await rows(monitor, 4)
    expect(reached).toBeGreaterThanOrEqual(4)
    expect(monitor.selfCost.failedHandlers).toBeGreaterThanOrEqual(4)
    expect(lines).toHaveLength(1)
  })

  test('can be taken away', () => {
    const { monitor } = setUp()
    let calls = 0
    const handler = monitor.onThresholdExceeded(() => {
      calls++
    })
    monitor.setThreshold('queue', 5)
    expect(monitor.removeHandler(handler)).toBe(true)
    expect(monitor.removeHandler(handler)).toBe(false)
    monitor.recordMetric('queue', 9)
    expect(calls).toBe(0)
    expect(monitor.removeThreshold('queue')).toBe(true)
    expect(monitor.removeThreshold('queue')).toBe(false)
    expect(monitor.alerts.firing()).toEqual([])
  })
})

// Called as compilers call decorators, since the tests' own compiler knows only one kind.
describe('onThresholdExceeded as a decorator', () => {
  test('of the standard kind calls the method of each instance with it as `this`', () => {
    const { monitor } = setUp()
    const seen: string[] = []
    const initializers: ((this: unknown) => void)[] = []
    class Admin {
      readonly name: string
      constructor(name: string) {
        for (const initialize of initializers) initialize.call(this)
        this.name = name
      }
      notify(this: Admin, metric: string): void {
        seen.push(`${this.name}: ${metric}`)
      }
    }
    const context = {
      kind: 'method',
      name: 'notify',
      addInitializer: (initialize: (this: unknown) => void) => initializers.push(initialize),
    } as unknown as ClassMethodDecoratorContext<Admin>
    const { onThresholdExceeded } = monitor
    expect(onThresholdExceeded(Admin.prototype.notify, context)).toBeUndefined()
    monitor.setThreshold('queue', 5)
    monitor.recordMetric('queue', 6)
    expect(seen).toEqual([])
    for (const name of ['Ada', 'Ben']) expect(new Admin(name).name).toBe(name)
    monitor.setThreshold('load', 5)
    monitor.recordMetric('load', 6)
    expect(seen).toEqual(['Ada: load', 'Ben: load'])
  })

  test('of the experimental kind calls the method with the prototype as `this`', () => {
    const { monitor } = setUp()
    const seen: unknown[] = []
    class Admin {
      notify(metric: string): void {
        seen.push(this === Admin.prototype, this.spell(metric))
      }
      spell(metric: string): string {
        return metric.toUpperCase()
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Admin.prototype, 'notify')!
    expect(
      monitor.onThresholdExceeded(Admin.prototype, 'notify', descriptor as never),
    ).toBeUndefined()
    monitor.setThreshold('queue', 5)
    monitor.recordMetric('queue', 6)
    expect(seen).toEqual([true, 'QUEUE'])
  })
})

describe('alert', () => {
  test('with a message calls the handlers and is kept as an event that is over', () => {
    const { monitor } = setUp()
    const calls: unknown[][] = []
    monitor.onThresholdExceeded((...call) => calls.push(call))
    const raised = monitor.alert('High error rate detected')
    expect(calls).toEqual([['alert', NaN, NaN, raised]])
    expect(raised).toMatchObject({
      message: 'High error rate detected',
      value: null,
      threshold: null,
    })
    expect(raised.until).toBe(raised.since)
    expect(monitor.alerts.firing()).toEqual([])
    expect(monitor.alerts.past()).toEqual([raised])
  })

  test('with name and value carries both, and the threshold of that metric if there is one', () => {
    const { monitor } = setUp()
    monitor.setThreshold('queue', 5)
    expect(monitor.alert('queue', 9, 'too long')).toMatchObject({
      metric: 'queue',
      value: 9,
      threshold: 5,
      message: 'too long',
    })
    expect(monitor.alert('other', NaN, 'odd').value).toBeNull()
  })

  test('keeps a bounded number of alerts with a bounded message', () => {
    const { monitor } = setUp({ limits: { maxAlerts: 3, maxErrorLength: 10 } })
    for (let i = 0; i < 10; i++) monitor.alert(`${i}`.repeat(100))
    expect(monitor.alerts.past().map((alert) => alert.message)).toEqual(
      [9, 8, 7].map((i) => `${i}`.repeat(10)),
    )
    expect(monitor.limitFigures['maxAlerts']).toEqual({ limit: 3, used: 3, cut: 7 })
    expect(monitor.limitFigures['maxErrorLength']).toEqual({ limit: 10, used: 10, cut: 10 })
  })

  test('keeps a bounded name', () => {
    const { monitor } = setUp()
    expect(monitor.alert('m'.repeat(1e6), 1, 'x').metric).toHaveLength(256)
    expect(monitor.limitFigures['maxLabelLength']?.cut).toBe(1)
  })

  test('says what to do when it is given something else', () => {
    const { monitor } = setUp()
    expect(() => monitor.alert(new Error('no') as never)).toThrow(/alert\(message\)/)
    expect(() => monitor.alert(5 as never, 6, 'x')).toThrow(MtaioError)
  })
})

describe('own metrics', () => {
  test('refuse what is no value, count it, and say so once per metric', () => {
    const { monitor, lines } = setUp()
    for (const value of [NaN, Infinity, undefined as never]) monitor.recordMetric('queue', value)
    monitor.recordMetric('job_duration', -1)
    expect(monitor.metricStore.refused).toBe(4)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('queue')
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

  test('say what to do about names, labels and objects that cannot be recorded', () => {
    const { monitor } = setUp()
    expect(() => monitor.recordMetric('', 1)).toThrow(MtaioError)
    expect(() => monitor.recordMetric('a', 1, 'mail' as never)).toThrow(/queue: 'mail'/)
    expect(() => monitor.recordMetrics(null as never)).toThrow(/task_cpu: 12/)
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
      { metric: 'cpu_usage', value: 80, clearBelow: 80, for: 0, cooldown: 0 },
      { metric: 'queue', value: 5, clearBelow: 5, for: 10, cooldown: 0 },
    ])
  })
})
