import type { Limits } from '../limits.ts'
import { RingBuffer } from '../metrics/ring-buffer.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'
import { SlowestRequests } from './slowest-requests.ts'

/** Requests that have ended and can still be looked at. Bounded; looked up by reading through. */
export class RequestLog {
  readonly recent: RingBuffer<RequestLifecycle>
  /** Requests that failed or took too long. An error that was answered with 4xx is not there. */
  readonly errors: RingBuffer<RequestLifecycle>
  readonly slowest: SlowestRequests

  /** @param slowMs Requests that took less are never among the slowest. */
  constructor(limits: Pick<Limits, 'maxRecent' | 'maxSlowest'>, slowMs: number) {
    this.recent = new RingBuffer(limits.maxRecent)
    this.errors = new RingBuffer(limits.maxRecent)
    this.slowest = new SlowestRequests(limits.maxSlowest, slowMs)
  }

  /** @returns whether the request is kept for longer than the next few. */
  add(request: RequestLifecycle, durationMs: number, nowMs: number): boolean {
    this.recent.push(request)
    const failed = request.outcome === 'error' || request.outcome === 'timeout'
    if (failed) this.errors.push(request)
    const slow =
      !request.streaming &&
      this.slowest.wants(durationMs, nowMs) &&
      this.slowest.add(request, durationMs, nowMs)
    return failed || slow
  }
}
