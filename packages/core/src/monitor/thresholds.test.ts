import { describe, expect, test } from 'vitest'
import { clock } from '../clock.ts'
import { resolveLimits } from '../limits.ts'
import { Log } from '../logger.ts'
import { bucketIndex } from '../metrics/histogram.ts'
import { MetricStore } from '../metrics/metric-store.ts'
import { AlertHandlers } from './alert-handlers.ts'
import { AlertLog } from './alert-log.ts'
import { SelfCost } from './self-cost.ts'
import { resolveThreshold } from './threshold.ts'
import type { ThresholdOptions } from './threshold.ts'
import { Thresholds } from './thresholds.ts'

const INTERVAL_MS = 1000

function setUp() {
  const store = new MetricStore(resolveLimits())
  const log = new AlertLog({ maxAlerts: 5, maxErrorLength: 100 })
  const quiet = new Log({ warn: () => {}, error: () => {} })
  const handlers = {
    exceeded: new AlertHandlers(quiet, new SelfCost()),
    cleared: new AlertHandlers(quiet, new SelfCost()),
  }
  const calls: string[] = []
  handlers.exceeded.add((metric, value, threshold, { labels }) => {
    const series = labels === null ? '' : JSON.stringify(labels)
    calls.push(`${metric}${series} ${value} > ${threshold}`)
  })
  handlers.cleared.add((metric, value) => calls.push(`${metric} cleared at ${value}`))
  const thresholds = new Thresholds(store, log, handlers, INTERVAL_MS)
  let nowMs = 10_000
  return {
    store,
    log,
    calls,
    thresholds,
    set: (metric: string, value: number, options?: ThresholdOptions) =>
      thresholds.set(resolveThreshold(metric, value, options)),
    /** One tick an interval, each with a value of cpu_usage; null is a gap. */
    ticks: (...values: (number | null)[]) => {
      for (const value of values) {
        nowMs += INTERVAL_MS
        thresholds.checkFigures((name) => (name === 'cpu_usage' ? value : null), nowMs)
      }
    },
    /** Records values of one metric, each a millisecond after the other. */
    record: (name: string, values: number[], labels?: Record<string, string>) => {
      for (const value of values) store.series(name, labels).record(value, (nowMs += 1))
    },
    wait: (ms: number) => void (nowMs += ms),
    nowMs: () => nowMs,
  }
}

describe('a threshold of a sampled figure', () => {
  test('does not count time in which nothing was known as time above it', () => {
    const { set, ticks, calls } = setUp()
    set('cpu_usage', 80, { for: 3 })
    ticks(90, null, null, null, 90, 90, 90)
    expect(calls).toEqual([])
    ticks(90)
    expect(calls).toEqual(['cpu_usage 90 > 80'])
  })

  test('calls the handler once a tick while the value is above, and once when it is not', () => {
    const { set, ticks, calls } = setUp()
    set('cpu_usage', 80)
    ticks(80, 81, 95, null, 90, 80, 10)
    expect(calls).toEqual([
      'cpu_usage 81 > 80',
      'cpu_usage 95 > 80',
      'cpu_usage 90 > 80',
      'cpu_usage cleared at 80',
    ])
  })

  test('with `for` waits until the value has stayed above for so long', () => {
    const { set, ticks, calls, log, nowMs } = setUp()
    set('cpu_usage', 80, { for: 3 })
    ticks(90, 91, 92, 10, 90, 91, 92)
    expect(calls).toEqual([])
    expect(log.firing()).toEqual([])
    ticks(93)
    expect(calls).toEqual(['cpu_usage 93 > 80'])
    expect(log.firing()[0]?.since).toBeCloseTo(clock.toEpochSeconds(nowMs() - 3000), 6)
  })

  test('with `clearBelow` fires on between the two values, without calls', () => {
    const { set, ticks, calls, log } = setUp()
    set('cpu_usage', 80, { clearBelow: 60 })
    ticks(90, 70, 61)
    expect(calls).toEqual(['cpu_usage 90 > 80'])
    expect(log.firing()).toMatchObject([{ value: 61, state: 'firing' }])
    ticks(60)
    expect(calls.at(-1)).toBe('cpu_usage cleared at 60')
    expect(log.firing()).toEqual([])
  })

  test('with `cooldown` leaves handlers alone for so long, also after the alert cleared', () => {
    const { set, ticks, calls, log } = setUp()
    set('cpu_usage', 80, { cooldown: 5 })
    ticks(91, 92, 10, 93, 94, 95, 96)
    expect(calls).toEqual(['cpu_usage 91 > 80', 'cpu_usage cleared at 10', 'cpu_usage 95 > 80'])
    expect(log.counts).toMatchObject({ raised: 2, firing: 1 })
  })

  test('changed while it fires is compared anew, and taken away it ends', () => {
    const { set, ticks, calls, log, thresholds, nowMs } = setUp()
    set('cpu_usage', 80)
    ticks(90)
    set('cpu_usage', 85)
    ticks(90)
    expect(log.firing()).toMatchObject([{ threshold: 85 }])
    expect(thresholds.remove('cpu_usage', nowMs())).toBe(true)
    expect(thresholds.remove('cpu_usage', nowMs())).toBe(false)
    expect(log.firing()).toEqual([])
    ticks(99)
    expect(calls).toEqual(['cpu_usage 90 > 80', 'cpu_usage 90 > 85', 'cpu_usage cleared at 90'])
  })
})

describe('a figure that is not known', () => {
  test('for a minute ends its alert, and what it counted for `for`', () => {
    const { set, ticks, log, calls } = setUp()
    set('cpu_usage', 80, { for: 1 })
    ticks(90, 91)
    ticks(...new Array<null>(60).fill(null))
    expect(log.firing()).toHaveLength(1)
    ticks(null, 92)
    expect(log.firing()).toEqual([])
    expect(calls).toEqual(['cpu_usage 91 > 80', 'cpu_usage cleared at 91'])
  })

  test('ends its alert at once when it is one that looks a minute back itself', () => {
    const { set, thresholds, log, nowMs } = setUp()
    set('error_rate', 5)
    thresholds.checkFigures(() => 9, nowMs())
    expect(log.firing()).toHaveLength(1)
    thresholds.checkFigures(() => null, nowMs() + INTERVAL_MS)
    expect(log.firing()).toEqual([])
  })

  test('ends its alert without ticks, too, when somebody asks for alerts or records a value', () => {
    const { set, ticks, log, thresholds, record, wait, nowMs } = setUp()
    set('cpu_usage', 80)
    set('queue', 5)
    ticks(90)
    wait(61_000)
    record('queue', [1])
    expect(log.firing()).toEqual([])
    ticks(90)
    thresholds.expire(nowMs() + 61_000)
    expect(log.firing()).toEqual([])
  })
})

describe('a threshold of a recorded metric', () => {
  test('is checked as it is recorded, with one call an interval while it stays above', () => {
    const { set, record, wait, calls } = setUp()
    set('queue', 5)
    record('queue', [4, 6, 7, 8])
    expect(calls).toEqual(['queue 6 > 5'])
    wait(INTERVAL_MS)
    record('queue', [9, 10])
    expect(calls).toEqual(['queue 6 > 5', 'queue 9 > 5'])
  })

  test('raises one alert an interval when the value goes up and down all the time', () => {
    const { set, record, log, calls } = setUp()
    set('queue', 5)
    record(
      'queue',
      Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 9 : 1)),
    )
    expect(log.counts.raised).toBe(1)
    expect(calls).toEqual(['queue 9 > 5', 'queue cleared at 1'])
  })

  test('is held against each series by itself, and the alert carries its labels', () => {
    const { set, record, log, calls } = setUp()
    set('queue', 5)
    record('queue', [9], { name: 'mail' })
    record('queue', [1], { name: 'sms' })
    record('queue', [8], { name: 'push' })
    expect(calls).toEqual(['queue{"name":"mail"} 9 > 5'])
    expect(log.firing().map((alert) => ({ ...alert.labels }))).toEqual([
      { name: 'mail' },
      { name: 'push' },
    ])
  })

  test('makes one call an interval for all series together, with the worst', () => {
    const { set, record, wait, ticks, log, calls } = setUp()
    set('queue', 5)
    for (let i = 0; i < 1000; i++) record('queue', [6 + (i % 7)], { i: String(i) })
    expect(log.firing()).toHaveLength(1000)
    expect(calls).toEqual(['queue{"i":"0"} 6 > 5'])
    wait(INTERVAL_MS)
    record('queue', [50], { i: '3' })
    record('queue', [99], { i: '4' })
    expect(calls.slice(1)).toEqual(['queue{"i":"3"} 50 > 5'])
    // Nothing is recorded any more: the tick tells of what began meanwhile, once.
    record('queue', [200], { i: 'new' })
    ticks(null, null, null)
    expect(calls.slice(2)).toEqual(['queue{"i":"new"} 200 > 5'])
  })

  test('with `cooldown` leaves handlers alone whatever the labels', () => {
    const { set, record, wait, calls } = setUp()
    set('queue', 5, { cooldown: 60 })
    for (let i = 0; i < 50; i++) {
      record('queue', [9], { i: String(i) })
      wait(INTERVAL_MS)
    }
    expect(calls).toEqual(['queue{"i":"0"} 9 > 5'])
  })

  test('sees values that are recorded by the fast way, without a look-up', () => {
    const { set, store, calls, nowMs } = setUp()
    const series = store.series('request_duration', { route: '/slow' })
    set('request_duration', 1)
    series.recordAt(bucketIndex(2.5), 2.5, nowMs())
    expect(calls).toEqual(['request_duration{"route":"/slow"} 2.5 > 1'])
  })

  test('works for a name beyond the cap of metrics', () => {
    const { set, record, store, calls } = setUp()
    for (let i = 0; i < 600; i++) store.series(`metric_${i}`)
    set('late', 5)
    record('late', [6])
    expect(calls).toEqual(['late 6 > 5'])
  })

  test('ends its alert when nothing was recorded for five minutes', () => {
    const { set, record, wait, ticks, log, calls } = setUp()
    set('queue', 5)
    record('queue', [9])
    wait(299_000)
    ticks(null)
    expect(log.firing()).toHaveLength(1)
    ticks(null)
    expect(log.firing()).toHaveLength(0)
    expect(calls).toEqual(['queue 9 > 5', 'queue cleared at 9'])
  })
})

describe('AlertLog', () => {
  test('keeps past alerts, the newest first, as many as its cap says, and counts the others', () => {
    const { set, ticks, log } = setUp()
    set('cpu_usage', 80)
    for (let i = 1; i <= 8; i++) ticks(80 + i, 1)
    expect(log.past().map((alert) => alert.value)).toEqual([88, 87, 86, 85, 84])
    expect(log.counts).toEqual({ raised: 8, firing: 0, past: 5, dropped: 3 })
    for (const alert of log.past()) {
      expect(alert.state).toBe('cleared')
      expect(alert.until! - alert.since).toBeCloseTo(INTERVAL_MS / 1000, 6)
    }
  })

  test('gives each alert an id of its own', () => {
    const { set, ticks, log } = setUp()
    set('cpu_usage', 80)
    ticks(90, 1, 90, 1, 90)
    const ids = [...log.firing(), ...log.past()].map((alert) => alert.id)
    expect(new Set(ids).size).toBe(3)
  })
})
