import type { Limits } from '../limits.ts'
import { RingBuffer } from '../metrics/ring-buffer.ts'
import type { RecentRequests } from './recent-requests.ts'
import type { RequestTrace } from './request-trace.ts'
import { SlowestRequests } from './slowest-requests.ts'

/** Requests that have ended and can still be looked at. Bounded; looked up by reading through. */
export class RequestLog {
  readonly recent: RecentRequests
  /** Requests that failed or took too long. An error that was answered with 4xx is not there. */
  readonly errors: RingBuffer<RequestTrace>
  readonly slowest: SlowestRequests

  /** @param slowMs Requests that took less are never among the slowest. */
  constructor(
    recent: RecentRequests,
    limits: Pick<Limits, 'maxRecent' | 'maxSlowest'>,
    slowMs: number,
  ) {
    this.recent = recent
    this.errors = new RingBuffer(limits.maxRecent)
    this.slowest = new SlowestRequests(limits.maxSlowest, slowMs)
  }

  /** Keeps a request among the failed and the slow ones, where it is one. */
  add(request: RequestTrace, durationMs: number, nowMs: number): void {
    if (request.hasFailed) this.errors.push(request)
    if (!request.streaming && this.slowest.wants(durationMs, nowMs)) {
      this.slowest.add(request, durationMs, nowMs)
    }
  }
}
