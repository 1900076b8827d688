/** What a metric may be: a number, or `null` when it is not known. */
type Value = number | null

/**
 * Values by name, each with its age. Callers that ask for one at the same time share one look-up;
 * what fails is not kept.
 */
export class MetricCache {
  readonly #capacity: number
  readonly #entries = new Map<string, { readonly value: Promise<Value>; readonly atMs: number }>()

  /** @param capacity How many names are kept; the oldest goes first. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  async get(
    name: string,
    maxAgeMs: number,
    nowMs: number,
    collect: () => Value | Promise<Value>,
  ): Promise<Value> {
    const known = this.#entries.get(name)
    if (known !== undefined && nowMs - known.atMs < maxAgeMs) return known.value
    // Begun by a promise, so that a `collect` that throws at once is a rejection, too.
    const value = Promise.resolve().then(collect)
    const entry = { value, atMs: nowMs }
    this.#entries.delete(name)
    if (this.#entries.size >= this.#capacity)
      this.#entries.delete(this.#entries.keys().next().value!)
    this.#entries.set(name, entry)
    try {
      return await value
    } catch (error) {
      if (this.#entries.get(name) === entry) this.#entries.delete(name)
      throw error
    }
  }
}
