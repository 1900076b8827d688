import type { HttpResponse } from './http-adapter.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'

const EVENT_STREAM = 'text/event-stream'

/**
 * Marks a response that a tick finds with its headers sent for the second time: what goes on for a
 * whole interval after it began is a stream, and its length no latency.
 */
export function markStreaming(lifecycle: RequestLifecycle): void {
  const { res } = lifecycle
  if (lifecycle.streaming || res === null || !res.headersSent) return
  lifecycle.streaming = lifecycle.headersSeen || isEventStream(res)
  lifecycle.headersSeen = true
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
