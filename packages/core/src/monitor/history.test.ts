import { describe, expect, test } from 'vitest'
import { clock } from '../clock.ts'
import { History } from './history.ts'

function filled(capacity: number, rows: number): History {
  const history = new History(capacity)
  for (let i = 1; i <= rows; i++) {
    history.append(i * 1000)
    history.set('cpu_usage', i)
  }
  return history
}

describe('History', () => {
  test('holds the last samples, the oldest first, with t in epoch seconds', () => {
    const { t, cpu_usage } = filled(3, 5).columns()
    expect(cpu_usage).toEqual([3, 4, 5])
    expect(t).toEqual([3000, 4000, 5000].map((ms) => clock.toEpochSeconds(ms)))
  })

  test('has t as the first of its columns, all of one length', () => {
    const columns = filled(10, 4).columns()
    expect(Object.keys(columns)[0]).toBe('t')
    for (const column of Object.values(columns)) expect(column).toHaveLength(4)
  })

  test('shows what was not set, or is no finite number, as a gap', () => {
    const history = filled(4, 1)
    history.append(2000)
    history.set('memory_usage', NaN)
    history.set('rss', Infinity)
    history.set('heap_used', null)
    history.set('no such figure', 5)
    const columns = history.columns()
    expect(columns['cpu_usage']).toEqual([1, null])
    for (const name of ['memory_usage', 'rss', 'heap_used']) {
      expect(columns[name]).toEqual([null, null])
    }
    expect(history.has('no such figure')).toBe(false)
  })

  test('forgets the row that a new one takes the place of', () => {
    const history = filled(2, 2)
    history.append(3000)
    expect(history.columns()['cpu_usage']).toEqual([2, null])
  })

  test('cuts out a stretch of time, both ends included', () => {
    const history = filled(10, 8)
    expect(history.columns({ startMs: 3000, endMs: 5000 })['cpu_usage']).toEqual([3, 4, 5])
    expect(history.samples({ startMs: 7000 }).map((s) => s.cpu.usagePercent)).toEqual([7, 8])
  })

  test('gives the last seconds up to now', () => {
    const history = new History(5)
    const nowMs = clock.now()
    for (const ageMs of [3000, 2000, 1000, 0]) {
      history.append(nowMs - ageMs)
      history.set('cpu_usage', ageMs)
    }
    expect(history.columns({ seconds: 1.5 })['cpu_usage']).toEqual([1000, 0])
  })

  test('takes a new figure at any time: what came before is a gap', () => {
    const history = filled(5, 2)
    history.addColumn('queue')
    history.append(3000)
    history.set('queue', 7)
    expect(history.columns()['queue']).toEqual([null, null, 7])
    expect(history.latest('queue')).toBe(7)
    history.removeColumn('queue')
    expect(history.columns()).not.toHaveProperty('queue')
  })

  test('gives the newest row by figure', () => {
    expect(new History(3).lastRow()).toBeNull()
    expect(new History(3).latest('cpu_usage')).toBeNull()
    expect(filled(3, 4).lastRow()).toMatchObject({ cpu_usage: 4, memory_usage: null })
  })

  test('puts samples together as they were read', () => {
    const history = filled(3, 1)
    for (const [i, name] of ['load_average', 'load_average_5', 'load_average_15'].entries()) {
      history.set(name, i + 0.5)
    }
    history.set('gc_major_count', 2)
    const [sample] = history.samples()
    expect(sample?.cpu).toEqual({
      usagePercent: 1,
      loadAverage: [0.5, 1.5, 2.5],
      threadCount: null,
    })
    expect(sample?.runtime.gc.byKind.major.count).toBe(2)
    expect(sample?.memory.total).toBeNull()
    expect(filled(3, 1).samples()[0]?.cpu.loadAverage).toBeNull()
  })

  test('holds 3,600 samples of everything in less than 2 MB', () => {
    const history = new History(3600)
    // The figures of http, as the contract of the history lists them.
    const http = ['rate', 'errors', 'aborted', 'p50', 'p95', 'p99', 'in_flight']
    for (const name of [...http.map((name) => `http_${name}`), 'error_rate', 'response_time']) {
      history.addColumn(name)
    }
    const before = process.memoryUsage().arrayBuffers
    const second = new History(3600)
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThanOrEqual(second.byteLength)
    expect(history.byteLength).toBeGreaterThan(1_000_000)
    expect(history.byteLength).toBeLessThan(2_000_000)
  })
})
