/** The last `capacity` items. A further one takes the place of the oldest, which is counted. */
export class RingBuffer<T> {
  readonly capacity: number
  #items: T[] = []
  #oldest = 0
  #dropped = 0

  /** @param capacity A whole number of at least 1. */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.#items.length
  }

  /** How many items gave way to newer ones. */
  get dropped(): number {
    return this.#dropped
  }

  push(item: T): void {
    if (this.#items.length < this.capacity) {
      this.#items.push(item)
      return
    }
    this.#items[this.#oldest] = item
    if (++this.#oldest === this.capacity) this.#oldest = 0
    this.#dropped++
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    const items = this.#items
    for (let i = 0; i < items.length; i++) yield items[(this.#oldest + i) % items.length]!
  }

  /** Forgets the items; what was dropped stays counted. */
  clear(): void {
    this.#items = []
    this.#oldest = 0
  }
}
