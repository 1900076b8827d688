import { ExponentialHistogram } from './histogram.ts'
import { pack, packedCount, packedSum, unpackInto } from './packed-histogram.ts'
import type { PackedHistogram } from './packed-histogram.ts'
import { SliceRing } from './slice-ring.ts'

/** The windows that can be asked for, in seconds: the last 1, 5, 15 and 60 minutes. */
export type WindowSeconds = 60 | 300 | 900 | 3600

const SLICE_MS = 5000

/** The three lengths of slices; a longer one is made of so many of the one before. */
const LEVELS = [
  { ms: SLICE_MS, parts: 1, keep: 12 },
  { ms: 60_000, parts: 12, keep: 15 },
  { ms: 300_000, parts: 5, keep: 12 },
] as const

/** Which slices make up a window, and how many. */
const WINDOWS: Record<WindowSeconds, { readonly level: 0 | 1 | 2; readonly slices: number }> = {
  60: { level: 0, slices: 12 },
  300: { level: 1, slices: 5 },
  900: { level: 1, slices: 15 },
  3600: { level: 2, slices: 12 },
}

const mergeBuffer = new ExponentialHistogram()

/**
 * A histogram of everything since the start, and of the last 1, 5, 15 and 60 minutes.
 *
 * A window has the granularity of its slices: 5 seconds, a minute, a minute, five minutes. It ends
 * now, holds the slice that has begun, and no value that is older than the window: it covers at
 * most one slice less than its name says, see {@link WindowedHistogram.windowSpan}.
 *
 * Times are monotonic milliseconds. It rotates by the time that comes with each record, so it needs
 * no timer; a time that lies before the current slice is taken as now.
 */
export class WindowedHistogram {
  /** What was recorded before the current slice. */
  readonly #past = new ExponentialHistogram()
  readonly #current = new ExponentialHistogram()
  #slice = 0
  #sliceEndMs = -Infinity
  readonly #rings = LEVELS.map((level) => new SliceRing(level.keep))

  /** @returns false when the value was refused (NaN, ±Infinity). */
  record(value: number, nowMs: number): boolean {
    if (nowMs >= this.#sliceEndMs) this.#rotate(nowMs)
    return this.#current.record(value)
  }

  /** The fast way, see {@link ExponentialHistogram.recordAt}. */
  recordAt(index: number, value: number, nowMs: number): void {
    if (nowMs >= this.#sliceEndMs) this.#rotate(nowMs)
    this.#current.recordAt(index, value)
  }

  /**
   * Everything since the start, as a copy.
   *
   * @param into Is reset and filled: who reads many series needs one histogram only.
   */
  total(into: ExponentialHistogram = new ExponentialHistogram()): ExponentialHistogram {
    into.reset()
    return into.merge(this.#past).merge(this.#current)
  }

  get totalCount(): number {
    return this.#past.count + this.#current.count
  }

  get totalSum(): number {
    return this.#past.sum + this.#current.sum
  }

  /**
   * What was recorded in the window that ends now, as a copy.
   *
   * @param into Is reset and filled, as with `total`.
   */
  window(
    seconds: WindowSeconds,
    nowMs: number,
    into: ExponentialHistogram = new ExponentialHistogram(),
  ): ExponentialHistogram {
    into.reset()
    for (const slice of this.#slices(seconds, nowMs).flat()) unpackInto(into, slice)
    return into.merge(this.#current)
  }

  /** The count of a window; cheaper than `window().count`. */
  windowCount(seconds: WindowSeconds, nowMs: number): number {
    const slices = this.#slices(seconds, nowMs).flat()
    return slices.reduce((count, slice) => count + packedCount(slice), this.#current.count)
  }

  /** The sum of a window; cheaper than `window().sum`. */
  windowSum(seconds: WindowSeconds, nowMs: number): number {
    const slices = this.#slices(seconds, nowMs).flat()
    return slices.reduce((sum, slice) => sum + packedSum(slice), this.#current.sum)
  }

  /** The count of each slice of a window, the oldest first: of 12, 5, 15 or 12. */
  counts(seconds: WindowSeconds, nowMs: number): number[] {
    const counts = this.#slices(seconds, nowMs).map((parts) =>
      parts.reduce((count, part) => count + packedCount(part), 0),
    )
    counts.push(counts.pop()! + this.#current.count)
    return counts
  }

  /**
   * The mean of each slice of a window, the oldest first; null for one without a value. A window has
   * 12, 5, 15 or 12 slices.
   */
  means(seconds: WindowSeconds, nowMs: number): (number | null)[] {
    const slices = this.#slices(seconds, nowMs)
    return slices.map((parts, i) => {
      const begun = i === slices.length - 1 ? this.#current : null
      const count = parts.reduce((all, part) => all + packedCount(part), begun?.count ?? 0)
      const sum = parts.reduce((all, part) => all + packedSum(part), begun?.sum ?? 0)
      return count === 0 ? null : sum / count
    })
  }

  /**
   * The seconds that a window really covers when it ends now: what a rate is divided by.
   *
   * @param sinceMs When recording began; a window that reaches back further covers the time since.
   */
  static windowSpan(seconds: WindowSeconds, nowMs: number, sinceMs: number): number {
    const { level, slices } = WINDOWS[seconds]
    const { ms } = LEVELS[level]
    const fromMs = (Math.floor(nowMs / ms) - slices + 1) * ms
    return (nowMs - Math.max(sinceMs, fromMs)) / 1000
  }

  /**
   * What is packed of a window, slice by slice, the oldest first. The last slice has begun: it is
   * still in parts.
   */
  #slices(seconds: WindowSeconds, nowMs: number): PackedHistogram[][] {
    if (nowMs >= this.#sliceEndMs) this.#rotate(nowMs)
    const { level, slices } = WINDOWS[seconds]
    const begun = numberAt(level, this.#slice)
    const result: PackedHistogram[][] = []
    for (let n = begun - slices + 1; n < begun; n++) result.push(this.#closed(level, n, n + 1))
    result.push(this.#begun(level))
    return result
  }

  /** The closed slices of a level from one number to before another; those without values lack. */
  #closed(level: number, from: number, to: number): PackedHistogram[] {
    const slices: PackedHistogram[] = []
    for (let number = from; number < to; number++) {
      const slice = this.#rings[level]!.get(number)
      if (slice !== undefined) slices.push(slice)
    }
    return slices
  }

  /** The parts of the slice that has begun, but for the current histogram. */
  #begun(level: number): PackedHistogram[] {
    if (level === 0) return []
    const from = numberAt(level, this.#slice) * LEVELS[level]!.parts
    const parts = this.#closed(level - 1, from, numberAt(level - 1, this.#slice))
    return [...parts, ...this.#begun(level - 1)]
  }

  #rotate(nowMs: number): void {
    const slice = Math.floor(nowMs / SLICE_MS)
    if (this.#current.count > 0) {
      this.#rings[0]!.set(this.#slice, pack(this.#current))
      this.#past.merge(this.#current)
      this.#current.reset()
    }
    for (let level = 1; level < LEVELS.length; level++) {
      const number = numberAt(level, this.#slice)
      if (numberAt(level, slice) > number) this.#close(level, number)
    }
    for (const [level, ring] of this.#rings.entries()) {
      ring.advance(numberAt(level, this.#slice), numberAt(level, slice))
    }
    this.#slice = slice
    this.#sliceEndMs = (slice + 1) * SLICE_MS
  }

  /** Merges the parts of a slice that is over, as far as there were any. */
  #close(level: number, number: number): void {
    const from = number * LEVELS[level]!.parts
    mergeBuffer.reset()
    for (const part of this.#closed(level - 1, from, numberAt(level - 1, this.#slice) + 1)) {
      unpackInto(mergeBuffer, part)
    }
    if (mergeBuffer.count > 0) this.#rings[level]!.set(number, pack(mergeBuffer))
  }
}

/** The number of the slice of a level in which a slice of 5 seconds lies. */
function numberAt(level: number, slice: number): number {
  return Math.floor((slice * SLICE_MS) / LEVELS[level]!.ms)
}
