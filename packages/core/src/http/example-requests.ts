import type { RequestTrace } from './request-trace.ts'

/** From a microsecond to half an hour; what lies outside is in the first or the last. */
const BANDS = 32

/** A newer one says no more; to keep each would cost every request. */
const LEAST_AGE_MS = 1000

/** An older one no longer says how the route behaves. */
const MAX_AGE_MS = 3_600_000

/** How many examples the routes of one instance may hold together. */
export class ExampleBudget {
  readonly limit: number
  used = 0
  /** How often a band stayed without an example, at most once a second each. */
  cut = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** Whether there is room for one more; it is taken then. */
  take(): boolean {
    if (this.used < this.limit) {
      this.used++
      return true
    }
    this.cut++
    return false
  }
}

/**
 * A late request of each band of latency: of each second the first. A band is twice as slow as the one
 * below it.
 */
export class ExampleRequests {
  readonly #budget: ExampleBudget
  /** When each band takes the next one, in monotonic milliseconds. */
  readonly #dueMs = new Float64Array(BANDS)
  readonly #bands = new Array<RequestTrace | null>(BANDS).fill(null)

  constructor(budget: ExampleBudget) {
    this.#budget = budget
  }

  /** Whether a request that took so long is due. */
  wants(durationMs: number, nowMs: number): boolean {
    return nowMs >= this.#dueMs[bandOf(durationMs)]!
  }

  add(durationMs: number, request: RequestTrace, nowMs: number): void {
    const band = bandOf(durationMs)
    // Also where there is no room: to make a record of each request would cost more than to keep it.
    this.#dueMs[band] = nowMs + LEAST_AGE_MS
    if (this.#bands[band] === null && !this.#budget.take()) return
    this.#bands[band] = request
  }

  /** Lets go of what ended more than an hour ago. */
  expire(nowMs: number): void {
    for (const [band, request] of this.#bands.entries()) {
      if (request === null || nowMs - request.endMs < MAX_AGE_MS) continue
      this.#bands[band] = null
      this.#budget.used--
    }
  }

  /** Ascending by duration. */
  *[Symbol.iterator](): Generator<RequestTrace, void, undefined> {
    for (const request of this.#bands) if (request !== null) yield request
  }
}

function bandOf(durationMs: number): number {
  const micros = durationMs * 1000
  return micros < 2 ** (BANDS - 1) ? 31 - Math.clz32(micros | 1) : BANDS - 1
}
