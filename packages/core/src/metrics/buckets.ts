import { BUCKETS_PER_OCTAVE, HISTOGRAM_SCALE } from './bucket-index.ts'

const NONE = new Uint32Array(0)

/** Counts by bucket index: a typed array over the octaves that were seen, and nothing beyond. */
export class Buckets {
  /** The index of the first element of `counts`. */
  offset = 0
  counts: Uint32Array | Float64Array = NONE

  increment(index: number): void {
    const at = index - this.offset
    if (at >= 0 && at < this.counts.length) this.counts[at]!++
    else this.add(index, 1)
  }

  add(index: number, times: number): void {
    if (index < this.offset || index >= this.offset + this.counts.length) this.#cover(index, index)
    this.counts[index - this.offset]! += times
  }

  merge(other: Buckets): void {
    const { counts, offset } = other
    let first = 0
    let last = counts.length - 1
    while (first <= last && counts[first] === 0) first++
    while (last >= first && counts[last] === 0) last--
    if (first > last) return
    this.#cover(offset + first, offset + last)
    for (let i = first; i <= last; i++) this.counts[i + offset - this.offset]! += counts[i]!
  }

  /** How many values are in the buckets from an index on. */
  countFrom(index: number): number {
    let count = 0
    for (let i = Math.max(0, index - this.offset); i < this.counts.length; i++) {
      count += this.counts[i]!
    }
    return count
  }

  /** Sets all counts to 0 and keeps the array. */
  reset(): void {
    this.counts.fill(0)
  }

  /** Makes room for counts beyond 2^32. Exact up to 2^53. */
  widen(): void {
    if (this.counts instanceof Uint32Array) this.counts = Float64Array.from(this.counts)
  }

  #cover(first: number, last: number): void {
    const empty = this.counts.length === 0
    const from = empty ? first : Math.min(first, this.offset)
    const to = empty ? last : Math.max(last, this.offset + this.counts.length - 1)
    const offset = (from >> HISTOGRAM_SCALE) * BUCKETS_PER_OCTAVE
    const length = ((to >> HISTOGRAM_SCALE) + 1) * BUCKETS_PER_OCTAVE - offset
    if (length === this.counts.length) return
    const wider =
      this.counts instanceof Uint32Array ? new Uint32Array(length) : new Float64Array(length)
    wider.set(this.counts, empty ? 0 : this.offset - offset)
    this.counts = wider
    this.offset = offset
  }
}
