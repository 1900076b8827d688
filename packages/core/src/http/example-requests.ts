import { HISTOGRAM_SCALE } from '../metrics/histogram.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'

// Bands from 2^-17 s (8 µs) to 2^13 s (2 h); what lies outside goes into the first or the last.
const LOWEST = -17
const BANDS = 31

/** The latest request of each band of latency; a band is twice as slow as the one below it. */
export class ExampleRequests {
  readonly #bands = new Array<RequestLifecycle | null>(BANDS).fill(null)

  /** @param index `bucketIndex(seconds)` of the request. */
  add(index: number, request: RequestLifecycle): void {
    // One power of two has 2^scale buckets.
    const band = (index >> HISTOGRAM_SCALE) - LOWEST
    this.#bands[band < 0 ? 0 : band >= BANDS ? BANDS - 1 : band] = request
  }

  /** Ascending by duration. */
  *[Symbol.iterator](): Generator<RequestLifecycle, void, undefined> {
    for (const request of this.#bands) if (request !== null) yield request
  }
}
