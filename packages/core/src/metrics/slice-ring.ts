import type { PackedHistogram } from './packed-histogram.ts'

/** The latest slices of one length, by the running number of their time. */
export class SliceRing {
  readonly #size: number
  /** Made with the first slice: many a series never has one that is over. */
  #slices: (PackedHistogram | undefined)[] | null = null

  constructor(size: number) {
    this.#size = size
  }

  /** Only for a number that the ring still reaches back to. */
  get(number: number): PackedHistogram | undefined {
    return this.#slices?.[number % this.#size]
  }

  set(number: number, slice: PackedHistogram): void {
    this.#slices ??= Array.from({ length: this.#size })
    this.#slices[number % this.#size] = slice
  }

  /** Time goes on: what was kept under the places of the new numbers is too old now. */
  advance(from: number, to: number): void {
    if (this.#slices === null) return
    for (let number = Math.max(from, to - this.#size) + 1; number <= to; number++) {
      this.#slices[number % this.#size] = undefined
    }
  }
}
