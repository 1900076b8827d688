import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MtaioError } from '../errors.ts'
import { bucketIndex } from './histogram.ts'
import { MetricStore, OTHER } from './metric-store.ts'

const limits = { maxMetrics: 3, maxSeriesPerMetric: 3, maxSeries: 100, maxLabelLength: 8 }

describe('MetricStore', () => {
  test('gives the same series for the same labels in any order, and another for others', () => {
    const store = new MetricStore({ ...limits, maxSeriesPerMetric: 100 })
    const series = store.series('jobs', { queue: 'mail', status: 200 })
    expect(store.series('jobs', { status: '200', queue: 'mail' })).toBe(series)
    expect(store.series('jobs', { queue: 'mail' })).not.toBe(series)
    expect(store.series('jobs')).not.toBe(series)
    expect(store.series('jobs', { queue: undefined })).toBe(store.series('jobs'))
    expect({ ...series.labels }).toEqual({ queue: 'mail', status: '200' })
  })

  test('never mixes up two label sets, whatever characters they are made of', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '[', '\\', '\0', '=') })
    const labels = fc.dictionary(text, text, { maxKeys: 3 })
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const store = new MetricStore({ ...limits, maxLabelLength: 1000, maxSeriesPerMetric: 9 })
        const sameLabels =
          JSON.stringify(Object.entries(a).toSorted()) ===
          JSON.stringify(Object.entries(b).toSorted())
        expect(store.series('m', a) === store.series('m', b)).toBe(sameLabels)
      }),
    )
  })

  test('puts series over the cap into (other), so that the total stays exact', () => {
    const store = new MetricStore(limits)
    for (let i = 0; i < 1000; i++) store.series('hits', { url: `/${i}` }).record(1, 0)
    const metric = store.get('hits')!
    expect(metric.size).toBe(limits.maxSeriesPerMetric + 1)
    const counts = [...metric.series()].map((series) => series.values.totalCount)
    expect(counts.reduce((a, b) => a + b)).toBe(1000)
    expect({ ...[...metric.series()].at(-1)?.labels }).toEqual({ url: OTHER })
    expect(store.cuts.maxSeriesPerMetric).toBe(1000 - limits.maxSeriesPerMetric)
  })

  test('caps all series together, and counts what falls over once', () => {
    const store = new MetricStore({ ...limits, maxSeries: 4 })
    for (const name of ['a', 'b', 'c']) {
      for (let i = 0; i < 3; i++) store.series(name, { i }).record(1, 0)
    }
    // Each metric may have one series for all others on top.
    expect(Array.from(store.metrics(), ({ name, size }) => [name, size])).toEqual([
      ['a', 3],
      ['b', 2],
      ['c', 1],
    ])
    expect(store.seriesCount).toBe(6)
    expect([store.cuts.maxSeries, store.cuts.maxSeriesPerMetric]).toEqual([5, 0])
    expect(store.get('b')!.latest!.values.totalCount).toBe(2)
  })

  test('puts metrics over the cap into (other)', () => {
    const store = new MetricStore(limits)
    for (let i = 0; i < 50; i++) store.series(`m${i}`).record(i, 0)
    expect([...store.metrics()].map((metric) => metric.name)).toEqual(['m0', 'm1', 'm2', OTHER])
    expect(store.get(OTHER)?.latest?.values.totalCount).toBe(47)
    expect(store.cuts.maxMetrics).toBe(47)
  })

  test('reserves a name beyond the cap, which is listed once it has a value', () => {
    const store = new MetricStore(limits)
    for (let i = 0; i < 5; i++) store.series(`m${i}`)
    store.reserve('wanted')
    expect([...store.metrics()].map((metric) => metric.name)).not.toContain('wanted')
    store.series('wanted').record(1, 0)
    expect(store.get('wanted')?.latest?.last).toBe(1)
  })

  test('forgets a reserved name when the last who wanted it has gone, unless it has values', () => {
    const store = new MetricStore(limits)
    for (let i = 0; i < 2; i++) store.reserve('wanted')
    store.release('wanted')
    expect(store.get('wanted')).toBeDefined()
    store.release('wanted')
    expect(store.get('wanted')).toBeUndefined()
    store.reserve('kept')
    store.series('kept').record(1, 0)
    expect(store.metricCount).toBe(0)
    store.release('kept')
    expect(store.get('kept')?.latest?.last).toBe(1)
    expect(store.metricCount).toBe(1)
  })

  test('gives no place to a name whose labels were refused', () => {
    const store = new MetricStore(limits)
    expect(() => store.series('m', { day: new Date() } as never)).toThrow(/label day of m/)
    expect(store.metricCount).toBe(0)
  })

  test('shortens long names and labels, counts it, and splits no surrogate pair', () => {
    const store = new MetricStore(limits)
    const series = store.series('m', { key: '1234567\u{1F600}' })
    expect(series.labels['key']).toBe('1234567')
    expect(store.series('a_long_name').name).toBe('a_long_n')
    expect(store.get('a_long_name')).toBe(store.get('a_long_n'))
    expect(store.cuts.maxLabelLength).toBe(2)
  })

  test('takes names such as __proto__ for plain names and leaves prototypes alone', () => {
    const store = new MetricStore({ ...limits, maxMetrics: 9, maxLabelLength: 50 })
    const hostile = ['__proto__', 'constructor', 'toString']
    for (const name of hostile) {
      store.series(name, JSON.parse(`{"${name}": "x"}`)).record(1, 0)
      const labels = store.get(name)?.latest?.labels ?? {}
      expect(Object.entries(labels)).toEqual([[name, 'x']])
      expect(Object.getPrototypeOf(labels)).toBeNull()
    }
    expect([...store.metrics()].map((metric) => metric.name)).toEqual(hostile)
    expect(({} as any).x).toBeUndefined()
  })

  test('refuses and counts NaN, the infinities, what is no number, and negative durations', () => {
    const store = new MetricStore({ ...limits, maxLabelLength: 50, maxMetrics: 9 })
    for (const value of [NaN, Infinity, -Infinity, '5', null, undefined, 5n, {}]) {
      expect(store.series('queue').record(value as number, 0)).toBe(false)
    }
    for (const name of ['request_duration', 'gc_seconds', 'job_duration']) {
      expect(store.series(name).record(-0.001, 0)).toBe(false)
      expect(store.series(name).record(0, 0)).toBe(true)
    }
    expect(store.refused).toBe(11)
    expect(store.series('queue').last).toBeNull()
    expect(store.series('queue').values.totalCount).toBe(0)
  })

  test('takes negative values of other metrics', () => {
    const series = new MetricStore(limits).series('degrees')
    expect(series.record(-40, 0)).toBe(true)
    expect(series.values.total().quantile(0.5)).toBe(-40)
  })

  test('keeps the last value of each series, and knows which came last of all', () => {
    const store = new MetricStore(limits)
    const [a, b] = [store.series('m', { k: 'a' }), store.series('m', { k: 'b' })]
    expect(a.last).toBeNull()
    b.record(7, 10)
    a.recordAt(bucketIndex(3), 3, 20)
    expect([a.last, a.lastMs, b.last]).toEqual([3, 20, 7])
    expect(store.get('m')?.latest).toBe(a)
  })

  test('shows each value to the watcher of a metric, also of series made later', () => {
    const store = new MetricStore(limits)
    const seen: [string | undefined, number, number][] = []
    store.series('m', { k: 'a' })
    store.reserve('m').watch((series, value, nowMs) => {
      seen.push([series.labels['k'], value, nowMs])
    })
    store.series('m', { k: 'a' }).record(1, 5)
    store.series('m', { k: 'b' }).recordAt(bucketIndex(2), 2, 6)
    store.series('m').record(NaN, 7)
    store.series('n').record(3, 8)
    store.reserve('m').watch(null)
    store.series('m', { k: 'a' }).record(4, 9)
    expect(seen).toEqual([
      ['a', 1, 5],
      ['b', 2, 6],
    ])
  })

  test('says what to do about a name or labels that cannot be recorded', () => {
    const store = new MetricStore(limits)
    const bad: [unknown, unknown][] = [
      ['', undefined],
      [5, undefined],
      ['m', 'mail'],
      ['m', null],
      ['m', { queue: {} }],
      ['m', { queue: Symbol('s') }],
    ]
    for (const [name, labels] of bad) {
      expect(() => store.series(name as string, labels as never)).toThrow(MtaioError)
    }
    expect(store.seriesCount).toBe(0)
  })

  test('counts its series', () => {
    const store = new MetricStore(limits)
    store.series('a')
    store.series('b', { k: 1 })
    store.series('b', { k: 2 })
    expect(store.seriesCount).toBe(3)
    expect(store.metricCount).toBe(2)
  })
})
