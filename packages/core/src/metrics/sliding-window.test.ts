import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExponentialHistogram } from './histogram.ts'
import { WindowedHistogram } from './sliding-window.ts'
import type { WindowSeconds } from './sliding-window.ts'

const WINDOWS: readonly (readonly [seconds: WindowSeconds, sliceMs: number])[] = [
  [60, 5000],
  [300, 60_000],
  [900, 60_000],
  [3600, 300_000],
]

interface Record {
  readonly value: number
  readonly atMs: number
}

/** What a window must hold: everything in its slices, the last of which holds now. */
function bruteForce(records: readonly Record[], seconds: number, sliceMs: number, nowMs: number) {
  const last = Math.floor(nowMs / sliceMs)
  const first = last - (seconds * 1000) / sliceMs + 1
  const histogram = new ExponentialHistogram()
  for (const { value, atMs } of records) {
    const slice = Math.floor(atMs / sliceMs)
    if (slice >= first && slice <= last) histogram.record(value)
  }
  return histogram
}

function exact(histogram: ExponentialHistogram): unknown {
  const { sum: _, ...rest } = histogram.export()
  return rest
}

const pause = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 5_000_000 }) },
)
const value = fc.oneof(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), fc.constantFrom(0, -2.5))

describe('WindowedHistogram', () => {
  test('holds in each window what a brute-force count at slice granularity finds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.array(fc.tuple(pause, value), { maxLength: 120 }),
        pause,
        (startMs, steps, lastPause) => {
          const windowed = new WindowedHistogram()
          const records: Record[] = []
          let nowMs = startMs
          for (const [pauseMs, value] of steps) {
            nowMs += pauseMs
            records.push({ value, atMs: nowMs })
            expect(windowed.record(value, nowMs)).toBe(true)
          }
          nowMs += lastPause
          for (const [seconds, sliceMs] of WINDOWS) {
            const wanted = bruteForce(records, seconds, sliceMs, nowMs)
            expect(exact(windowed.window(seconds, nowMs))).toEqual(exact(wanted))
            expect(windowed.windowCount(seconds, nowMs)).toBe(wanted.count)
            expect(windowed.windowSum(seconds, nowMs)).toBeCloseTo(wanted.sum, 6)
            const counts = windowed.counts(seconds, nowMs)
            expect(counts).toHaveLength((seconds * 1000) / sliceMs)
            expect(counts.reduce((a, b) => a + b, 0)).toBe(wanted.count)
            const last = Math.floor(nowMs / sliceMs)
            const means = windowed.means(seconds, nowMs)
            expect(means).toHaveLength((seconds * 1000) / sliceMs)
            for (const [i, mean] of means.toReversed().entries()) {
              const ofSlice = bruteForce(
                records.filter(({ atMs }) => Math.floor(atMs / sliceMs) === last - i),
                seconds,
                sliceMs,
                nowMs,
              )
              if (mean === null) expect(ofSlice.count).toBe(0)
              else expect(mean).toBeCloseTo(ofSlice.mean!, 6)
            }
          }
          expect(windowed.totalCount).toBe(records.length)
          expect(windowed.total().count).toBe(records.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is the same whether or not somebody reads in between', () => {
    const [read, unread] = [new WindowedHistogram(), new WindowedHistogram()]
    for (let nowMs = 0; nowMs < 4_000_000; nowMs += 1700) {
      read.record(1 + (nowMs % 7), nowMs)
      unread.record(1 + (nowMs % 7), nowMs)
      if (nowMs % 5 === 0) read.window(3600, nowMs)
    }
    for (const [seconds] of WINDOWS) {
      expect(exact(read.window(seconds, 4_000_000))).toEqual(
        exact(unread.window(seconds, 4_000_000)),
      )
    }
  })

  test('never holds a value older than the window, nor lacks one younger than all but a slice', () => {
    for (const [seconds, sliceMs] of WINDOWS) {
      for (const offset of [0, 1, sliceMs / 2, sliceMs - 1]) {
        const windowed = new WindowedHistogram()
        const atMs = 7_200_000 + offset
        windowed.record(1, atMs)
        expect(windowed.windowCount(seconds, atMs + seconds * 1000 - sliceMs - 1)).toBe(1)
        expect(windowed.windowCount(seconds, atMs + seconds * 1000 + 1)).toBe(0)
      }
    }
  })

  test('tells the seconds that a window covers, so that a steady rate comes out right', () => {
    const windowed = new WindowedHistogram()
    for (let nowMs = 0; nowMs <= 8_000_000; nowMs += 100) windowed.record(1, nowMs)
    for (const [seconds] of WINDOWS) {
      const span = WindowedHistogram.windowSpan(seconds, 8_000_000, 0)
      expect(span).toBeLessThanOrEqual(seconds)
      expect(windowed.windowCount(seconds, 8_000_000) / span).toBeCloseTo(10, 1)
    }
    expect(WindowedHistogram.windowSpan(3600, 90_000, 0)).toBe(90)
    expect(WindowedHistogram.windowSpan(3600, 90_000, 60_000)).toBe(30)
  })

  test('shows a window as the counts of its slices, the oldest first', () => {
    const windowed = new WindowedHistogram()
    for (let minute = 0; minute < 15; minute++) {
      for (let i = 0; i <= minute; i++) windowed.record(1, minute * 60_000 + i)
    }
    const nowMs = 15 * 60_000 - 1
    expect(windowed.counts(900, nowMs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    expect(windowed.counts(300, nowMs)).toEqual([11, 12, 13, 14, 15])
  })

  test('takes a record from before the current slice as one of now, and loses none', () => {
    const windowed = new WindowedHistogram()
    windowed.record(1, 100_000)
    windowed.record(1, 40_000)
    expect(windowed.windowCount(60, 100_001)).toBe(2)
    expect(windowed.totalCount).toBe(2)
  })

  test('refuses NaN and the infinities', () => {
    const windowed = new WindowedHistogram()
    for (const value of [NaN, Infinity, -Infinity]) expect(windowed.record(value, 0)).toBe(false)
    expect(windowed.totalCount).toBe(0)
  })

  test('costs at most 10 KB for a series under steady load, and 3 KB for a quiet one', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const used = async () => {
      for (let i = 0; i < 4; i++) {
        collect()
        await new Promise((resolve) => setImmediate(resolve))
      }
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    let seed = 1
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const bytesPerSeries = async (fill: (windowed: WindowedHistogram) => void) => {
      fill(new WindowedHistogram())
      const before = await used()
      const series = Array.from({ length: 250 }, () => new WindowedHistogram())
      for (const windowed of series) fill(windowed)
      return ((await used()) - before) / series.length
    }
    // Log-normal latencies around 20 ms, 2 a second for an hour and five minutes.
    const busy = await bytesPerSeries((windowed) => {
      for (let nowMs = 0; nowMs < 3_900_000; nowMs += 500) {
        const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
        windowed.record(0.02 * Math.exp(0.5 * normal), nowMs)
      }
    })
    const quiet = await bytesPerSeries((windowed) => {
      for (let i = 0; i < 5; i++) windowed.record(0.02 + random() / 100, i * 700_000)
    })
    expect(busy).toBeGreaterThan(1024)
    expect(busy).toBeLessThan(10 * 1024)
    expect(quiet).toBeGreaterThan(256)
    expect(quiet).toBeLessThan(3 * 1024)
  })
})
