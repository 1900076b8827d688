import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { clock } from '../../packages/core/src/clock.ts'
import { MtaioError } from '../../packages/core/src/errors.ts'
import { setUp, rows } from './fake-monitor.ts'

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
