/** What a metric may be: a number, or `null` when it is not known. */
type Value = number | null

interface Entry {
  readonly value: Promise<Value>
  /** When the value came; `null` while it is being collected. */
  atMs: number | null
}

/**
 * Values by name, each with its age. Callers that ask for one at the same time share one look-up;
 * what fails is not kept.
 */
export class MetricCache {
  readonly #capacity: number
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()

  /**
   * @param capacity How many names are kept; the oldest goes first.
   * @param now Monotonic milliseconds.
   */
  constructor(capacity: number, now: () => number) {
    this.#capacity = capacity
    this.#now = now
  }

  /** @param maxAgeMs How long ago the value may have come. With 0 nothing is shared. */
  async get(name: string, maxAgeMs: number, collect: () => Value | Promise<Value>): Promise<Value> {
    const known = this.#entries.get(name)
    // What is being collected will be new when it comes, however long that takes.
    if (known !== undefined && this.#ageMs(known) < maxAgeMs) return known.value
    // Begun by a promise, so that a `collect` that throws at once is a rejection, too.
    const entry: Entry = { value: Promise.resolve().then(collect), atMs: null }
    this.#entries.delete(name)
    if (this.#entries.size >= this.#capacity)
      this.#entries.delete(this.#entries.keys().next().value!)
    this.#entries.set(name, entry)
    try {
      const value = await entry.value
      entry.atMs = this.#now()
      return value
    } catch (error) {
      if (this.#entries.get(name) === entry) this.#entries.delete(name)
      throw error
    }
  }

  #ageMs({ atMs }: Entry): number {
    return atMs === null ? 0 : this.#now() - atMs
  }
}
