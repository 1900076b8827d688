import { MtaioError } from '../errors.ts'
import { shown } from '../option-value.ts'
import {
  bucketBound,
  bucketIndex,
  bucketMiddle,
  HISTOGRAM_SCALE,
  MIN_INDEX,
} from './bucket-index.ts'
import { Buckets } from './buckets.ts'

export { bucketIndex } from './bucket-index.ts'

const MAX_UINT32 = 0xffff_ffff

/** One bucket that is not empty: `from < value <= to` (below zero `from <= value < to`). */
export interface Bucket {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** A run of buckets: `counts[i]` is the count of the bucket with index `offset + i`. */
export interface BucketRun {
  readonly offset: number
  readonly counts: readonly number[]
}

/** The data point of an exponential histogram as OpenTelemetry lays it out. */
export interface HistogramExport {
  readonly scale: number
  readonly zeroCount: number
  readonly positive: BucketRun
  readonly negative: BucketRun
  readonly count: number
  readonly sum: number
  readonly min: number | null
  readonly max: number | null
}

/**
 * A base-2 exponential histogram of scale 5: any percentile is at most 1.1 % off, histograms merge
 * without loss, and the layout is that of OpenTelemetry and of Prometheus' native histograms.
 *
 * The bound holds from 3e-39 to 3e38; what is smaller or larger is counted in the last bucket of
 * that side. `count`, `min` and `max` are exact.
 *
 * @example
 * const latency = new ExponentialHistogram()
 * latency.record(0.012)
 * latency.quantile(0.95) // 0.012
 */
export class ExponentialHistogram {
  /** Values above zero, and the absolute values of those below. For this folder only. */
  readonly positive: Buckets = new Buckets()
  readonly negative: Buckets = new Buckets()
  #count = 0
  #zeroCount = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity

  get count(): number {
    return this.#count
  }

  get zeroCount(): number {
    return this.#zeroCount
  }

  get sum(): number {
    return this.#sum
  }

  /** The smallest value, exactly; `null` when there is none. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min
  }

  /** The largest value, exactly; `null` when there is none. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#max
  }

  /** `null` when there is no value. */
  get mean(): number | null {
    if (this.#count === 0) return null
    return Math.min(Math.max(this.#sum / this.#count, this.#min), this.#max)
  }

  /**
   * Records a value, `times` over.
   *
   * @returns false when it was refused: NaN and ±Infinity are no values, and `times` must be a
   *   whole number of at least 1.
   */
  record(value: number, times = 1): boolean {
    if (!Number.isFinite(value) || !Number.isSafeInteger(times) || times < 1) return false
    this.absorb(times, value * times, value, value, value === 0 ? times : 0)
    if (value > 0) this.positive.add(bucketIndex(value), times)
    else if (value < 0) this.negative.add(bucketIndex(-value), times)
    return true
  }

  /**
   * Records a value whose bucket is known already; the fast way for who records one value in
   * several histograms. Nothing is checked and nothing allocated.
   *
   * @param index `bucketIndex(value)`
   * @param value Finite and above 0.
   */
  recordAt(index: number, value: number): void {
    if (++this.#count > MAX_UINT32) this.#widen()
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    this.positive.increment(index)
  }

  /** Adds all of the other, without loss. The other stays as it is. */
  merge(other: ExponentialHistogram): this {
    if (other.#count === 0) return this
    this.absorb(other.#count, other.#sum, other.#min, other.#max, other.#zeroCount)
    this.positive.merge(other.positive)
    this.negative.merge(other.negative)
    return this
  }

  /** Adds everything but the counts of the buckets, which must follow. For this folder only. */
  absorb(count: number, sum: number, min: number, max: number, zeroCount: number): void {
    this.#count += count
    if (this.#count > MAX_UINT32) this.#widen()
    this.#sum += sum
    this.#zeroCount += zeroCount
    if (min < this.#min) this.#min = min
    if (max > this.#max) this.#max = max
  }

  clone(): ExponentialHistogram {
    return new ExponentialHistogram().merge(this)
  }

  /** Forgets every value, in place. */
  reset(): void {
    this.positive.reset()
    this.negative.reset()
    this.#count = this.#zeroCount = this.#sum = 0
    this.#min = Infinity
    this.#max = -Infinity
  }

  /**
   * The value that the share `q` of all values does not exceed (nearest rank), at most 1.1 % off;
   * `null` when there is none.
   *
   * @param q 0 to 1: 0.95 for the 95th percentile.
   * @throws MtaioError `MTAIO_METRIC_INVALID` for any other `q`.
   */
  quantile(q: number): number | null {
    if (!(q >= 0 && q <= 1)) {
      throw new MtaioError(
        'MTAIO_METRIC_INVALID',
        `A quantile is asked for by a number from 0 to 1 (0.95 for p95), not by ${shown(q)}.`,
      )
    }
    if (this.#count === 0) return null
    // 0.07 * 100 is 7.000000000000001 in floats and must not become rank 8.
    const rank = Math.ceil(q * this.#count * (1 - Number.EPSILON))
    if (rank <= 1) return this.#min
    if (rank >= this.#count) return this.#max
    return Math.min(Math.max(this.#middleOf(rank), this.#min), this.#max)
  }

  /** The buckets that are not empty, by ascending value. */
  *buckets(): Generator<Bucket, void, undefined> {
    for (const [index, count] of descending(this.negative)) {
      yield { from: -bucketBound(index + 1), to: -bucketBound(index), count }
    }
    if (this.#zeroCount > 0) yield { from: 0, to: 0, count: this.#zeroCount }
    for (const [index, count] of ascending(this.positive)) {
      yield { from: bucketBound(index), to: bucketBound(index + 1), count }
    }
  }

  /**
   * How many values are at most each bound, for Prometheus' classic buckets. A bucket that a bound
   * cuts is counted below it when its middle is.
   *
   * @param bounds Ascending.
   */
  cumulative(bounds: readonly number[]): number[] {
    const { counts, offset } = this.positive
    let seen = this.negative.countFrom(MIN_INDEX) + this.#zeroCount
    let next = 0
    return bounds.map((bound) => {
      if (bound < this.#min) return 0
      if (bound >= this.#max) return this.#count
      if (bound < 0) return this.negative.countFrom(firstFrom(-bound))
      const end = Math.min(lastUpTo(bound) - offset, counts.length - 1)
      while (next <= end) seen += counts[next++]!
      return seen
    })
  }

  /** The data point in OpenTelemetry's layout, without the empty buckets at the ends. */
  export(): HistogramExport {
    return {
      scale: HISTOGRAM_SCALE,
      zeroCount: this.#zeroCount,
      positive: run(this.positive),
      negative: run(this.negative),
      count: this.#count,
      sum: this.#sum,
      min: this.min,
      max: this.max,
    }
  }

  /** The middle of the bucket that holds the value of this rank. */
  #middleOf(rank: number): number {
    const { negative, positive } = this
    let left = rank
    for (let i = negative.counts.length - 1; i >= 0; i--) {
      left -= negative.counts[i]!
      if (left <= 0) return -bucketMiddle(negative.offset + i)
    }
    left -= this.#zeroCount
    if (left <= 0) return 0
    for (let i = 0; i < positive.counts.length; i++) {
      left -= positive.counts[i]!
      if (left <= 0) return bucketMiddle(positive.offset + i)
    }
    return this.#max
  }

  // No bucket can hold more than all values together, so the count decides for all of them.
  #widen(): void {
    this.positive.widen()
    this.negative.widen()
  }
}

/** The last bucket whose middle is at most the bound, which is not negative. */
function lastUpTo(bound: number): number {
  if (bound === 0) return MIN_INDEX - 1
  const index = bucketIndex(bound)
  return bucketMiddle(index) <= bound ? index : index - 1
}

/** The first bucket whose middle is at least the bound, which is above 0. */
function firstFrom(bound: number): number {
  const index = bucketIndex(bound)
  return bucketMiddle(index) >= bound ? index : index + 1
}

function* ascending(buckets: Buckets): Generator<[index: number, count: number], void, undefined> {
  const { counts, offset } = buckets
  for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) yield [offset + i, counts[i]!]
}

function* descending(buckets: Buckets): Generator<[index: number, count: number], void, undefined> {
  const { counts, offset } = buckets
  for (let i = counts.length - 1; i >= 0; i--) if (counts[i]! > 0) yield [offset + i, counts[i]!]
}

function run(buckets: Buckets): BucketRun {
  const { counts, offset } = buckets
  const first = counts.findIndex((count) => count > 0)
  if (first < 0) return { offset: 0, counts: [] }
  const last = counts.findLastIndex((count) => count > 0)
  return { offset: offset + first, counts: Array.from(counts.subarray(first, last + 1)) }
}
