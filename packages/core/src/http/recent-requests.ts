import type { Sanitizer } from '../profiler/sanitizer.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'
import { RequestTrace } from './request-trace.ts'
import type { RouteEntry } from './route-entry.ts'

/** Of each request its status, start, end, and the memory at both. */
const FIGURES = 5

/** Requests that there is room for at first. */
const FIRST_ROOM = 256

/**
 * The last requests that ended. Of nearly all only numbers are kept, since each garbage collection
 * would copy objects that live for a while; whoever looks at such a request has its record made of
 * them.
 */
export class RecentRequests implements Iterable<RequestTrace> {
  readonly capacity: number
  readonly #sanitizer: Sanitizer
  #figures: Float64Array
  readonly #entries: RouteEntry[] = []
  readonly #traces: (RequestTrace | null)[] = []
  #count = 0
  /** The place of the next one. */
  #next = 0

  /** @param capacity A whole number of at least 1. */
  constructor(capacity: number, sanitizer: Sanitizer) {
    this.capacity = capacity
    this.#sanitizer = sanitizer
    this.#figures = new Float64Array(FIGURES * Math.min(capacity, FIRST_ROOM))
  }

  /** How many were ever added. */
  get count(): number {
    return this.#count
  }

  get size(): number {
    return Math.min(this.#count, this.capacity)
  }

  /** How many gave way to newer ones. */
  get dropped(): number {
    return this.#count - this.size
  }

  /**
   * @param request Has its record ended already. One without a record was answered, did not stream,
   *   and was not slow.
   * @param memoryEnd Bytes.
   */
  add(
    request: RequestLifecycle,
    entry: RouteEntry,
    status: number,
    endMs: number,
    memoryEnd: number,
  ): void {
    const at = this.#next
    const first = FIGURES * at
    if (first === this.#figures.length) this.#grow()
    const figures = this.#figures
    this.#entries[at] = entry
    this.#traces[at] = request.record
    figures[first] = status
    figures[first + 1] = request.startMs
    figures[first + 2] = endMs
    figures[first + 3] = request.memoryStart
    figures[first + 4] = memoryEnd
    this.#count++
    this.#next = at + 1 === this.capacity ? 0 : at + 1
  }

  /** The place of a request, from 0 for the first that was ever added. */
  placeOf(number: number): number {
    return number % this.capacity
  }

  entryAt(place: number): RouteEntry {
    return this.#entries[place]!
  }

  statusAt(place: number): number {
    return this.#figures[FIGURES * place]!
  }

  startAt(place: number): number {
    return this.#figures[FIGURES * place + 1]!
  }

  endAt(place: number): number {
    return this.#figures[FIGURES * place + 2]!
  }

  /** Change of the memory of the process while the request ran, in bytes. */
  memoryDeltaAt(place: number): number {
    return this.#figures[FIGURES * place + 4]! - this.#figures[FIGURES * place + 3]!
  }

  /** The record that a request was added with. */
  givenTraceAt(place: number): RequestTrace | null {
    return this.#traces[place]!
  }

  /** The record of a request; from now on it is the same one. */
  traceAt(place: number): RequestTrace {
    return (this.#traces[place] ??= this.#make(place))
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Generator<RequestTrace, void, undefined> {
    for (let number = this.dropped; number < this.#count; number++) {
      yield this.traceAt(this.placeOf(number))
    }
  }

  #grow(): void {
    const size = Math.min(2 * this.#figures.length, FIGURES * this.capacity)
    const larger = new Float64Array(size)
    larger.set(this.#figures)
    this.#figures = larger
  }

  #make(place: number): RequestTrace {
    const entry = this.entryAt(place)
    const memoryStart = this.#figures[FIGURES * place + 3]!
    const startMs = this.startAt(place)
    const trace = new RequestTrace(entry.name, startMs, memoryStart, this.#sanitizer, null)
    trace.end({
      entry,
      outcome: 'ok',
      status: this.statusAt(place),
      endMs: this.endAt(place),
      memoryEnd: this.#figures[FIGURES * place + 4]!,
    })
    return trace
  }
}
