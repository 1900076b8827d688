import type { ProfileTrace } from './profile-trace.ts'

/**
 * Traces that have begun and not ended, oldest first. Linked through the traces themselves, so that
 * adding and removing allocate nothing. A trace is in one such list at most.
 */
export class OpenTraces {
  #oldest: ProfileTrace | null = null
  #newest: ProfileTrace | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  get oldest(): ProfileTrace | null {
    return this.#oldest
  }

  add(trace: ProfileTrace): void {
    trace.list = this
    trace.previous = this.#newest
    if (this.#newest === null) this.#oldest = trace
    else this.#newest.next = trace
    this.#newest = trace
    this.#size++
  }

  /** @returns false when it is not in the list. */
  remove(trace: ProfileTrace): boolean {
    if (trace.list !== this) return false
    const { previous, next } = trace
    if (previous === null) this.#oldest = next
    else previous.next = next
    if (next === null) this.#newest = previous
    else next.previous = previous
    trace.list = null
    trace.previous = null
    trace.next = null
    this.#size--
    return true
  }

  /** The trace that is looked at may end meanwhile. */
  *[Symbol.iterator](): Generator<ProfileTrace, void, undefined> {
    for (let trace = this.#oldest; trace !== null;) {
      const { next } = trace
      yield trace
      trace = next
    }
  }
}
