import { ownCopy } from '../cut-text.ts'

const TRACE_PARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-|$)/

/**
 * The trace id of a `traceparent` header (https://www.w3.org/TR/trace-context/#traceparent-header);
 * null for one that is absent, repeated or malformed.
 */
export function traceIdOf(header: string | string[] | undefined): string | null {
  if (typeof header !== 'string' || header.length > 128) return null
  const id = TRACE_PARENT.exec(header)?.[1]
  // Later versions of the header may carry more, which is not to stay in memory.
  return id === undefined ? null : ownCopy(id)
}
