import type { RequestTrace } from './request-trace.ts'

const SPAN_MS = 300_000
const SPANS = 12

interface SlowSpan {
  readonly number: number
  /** Ascending by duration. */
  readonly requests: RequestTrace[]
}

/** The slowest requests of each five minutes of the last hour. */
export class SlowestRequests {
  readonly #capacity: number
  readonly #leastMs: number
  readonly #spans: SlowSpan[] = []
  /** What a request must take to get into the current span; one compare on most requests. */
  #floorMs = Infinity
  #spanEndMs = -Infinity
  #dropped = 0

  /**
   * @param capacity Requests kept for each five minutes.
   * @param leastMs Requests that took less are never kept.
   */
  constructor(capacity: number, leastMs: number) {
    this.#capacity = capacity
    this.#leastMs = leastMs
  }

  get size(): number {
    return this.#spans.reduce((sum, span) => sum + span.requests.length, 0)
  }

  /** How many gave way to slower ones. */
  get dropped(): number {
    return this.#dropped
  }

  /** Whether {@link add} would keep a request that took so long. */
  wants(durationMs: number, nowMs: number): boolean {
    return durationMs > this.#floorMs || nowMs >= this.#spanEndMs
  }

  add(request: RequestTrace, durationMs: number, nowMs: number): boolean {
    if (nowMs >= this.#spanEndMs) this.#rotate(nowMs)
    if (durationMs <= this.#floorMs) return false
    const { requests } = this.#spans.at(-1)!
    const at = requests.findLastIndex((other) => other.duration * 1000 <= durationMs) + 1
    requests.splice(at, 0, request)
    if (requests.length > this.#capacity) {
      requests.shift()
      this.#dropped++
    }
    if (requests.length === this.#capacity) this.#floorMs = requests[0]!.duration * 1000
    return true
  }

  /** Those of the last hour, the slowest first. */
  list(nowMs: number): RequestTrace[] {
    const oldest = Math.floor(nowMs / SPAN_MS) - SPANS
    return this.#spans
      .filter((span) => span.number > oldest)
      .flatMap((span) => span.requests)
      .toSorted((a, b) => b.duration - a.duration)
  }

  /** All that are held, in no order. */
  *[Symbol.iterator](): Generator<RequestTrace, void, undefined> {
    for (const { requests } of this.#spans) yield* requests
  }

  #rotate(nowMs: number): void {
    const number = Math.floor(nowMs / SPAN_MS)
    this.#spans.push({ number, requests: [] })
    while (this.#spans[0]!.number <= number - SPANS) this.#spans.shift()
    this.#spanEndMs = (number + 1) * SPAN_MS
    // Just below, so that a request that takes exactly the least is kept.
    this.#floorMs = this.#leastMs - Number.EPSILON * Math.max(1, this.#leastMs)
  }
}
