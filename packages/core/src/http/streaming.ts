import type { HttpResponse } from './http-adapter.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'

const EVENT_STREAM = 'text/event-stream'

/** What goes on for so long after it has begun is a stream, and its length no latency. */
const LEAST_STREAM_MS = 1000

/** When a tick first found the head of a response sent and its body not at its end. */
const begunMs = new WeakMap<RequestLifecycle, number>()

/**
 * Called by each tick for each request in flight. It is the tick that sees a response begin, since
 * to be told of it would cost every request; so a stream is known as one after a second, and at most
 * one interval more.
 */
export function markStreaming(lifecycle: RequestLifecycle, nowMs: number): void {
  const { res } = lifecycle
  if (lifecycle.streaming || res === null || !res.headersSent || res.writableEnded) return
  const begun = begunMs.get(lifecycle)
  if (begun === undefined) begunMs.set(lifecycle, nowMs)
  lifecycle.streaming = isEventStream(res) || nowMs - (begun ?? nowMs) >= LEAST_STREAM_MS
}

/** Whether a response that is over was a stream of events. */
export function isStreaming(res: HttpResponse): boolean {
  // Most responses have a known length; a stream of events never has, and HTTP/2 does not say.
  const { chunkedEncoding } = res as { chunkedEncoding?: boolean }
  return chunkedEncoding !== false && isEventStream(res)
}

function isEventStream(res: HttpResponse): boolean {
  const type = res.getHeader('content-type')
  if (type !== undefined) return String(type).startsWith(EVENT_STREAM)
  // Headers that were given to writeHead alone are only in the head that was sent.
  const { _header: head } = res as { _header?: string | null }
  return typeof head === 'string' && head.toLowerCase().includes(`content-type: ${EVENT_STREAM}`)
}
