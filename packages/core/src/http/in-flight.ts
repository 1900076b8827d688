import { OpenTraces } from '../profiler/open-traces.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'

/** The requests in flight, the oldest first. */
export class InFlight extends OpenTraces<RequestLifecycle> {
  /** The request that is looked at may end meanwhile. */
  override *[Symbol.iterator](): Generator<RequestLifecycle, void, undefined> {
    let request = this.oldest
    while (request !== null) {
      const next = request.next as RequestLifecycle | null
      yield request
      request = next
    }
  }
}
