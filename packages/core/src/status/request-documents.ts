import type { RequestTrace } from '../http/request-trace.ts'
import { UNMATCHED } from '../http/route-table.ts'
import { toSpanDocument } from '../profiler/span-tree.ts'
import type { RequestDocument, RequestSummary } from './api-types.ts'

/** What the lists say of a request. */
export function requestSummary(request: RequestTrace): RequestSummary {
  const { outcome, error } = request
  return {
    id: request.id,
    method: request.method,
    route: routeOf(request),
    path: request.path,
    status: request.status === 0 ? null : request.status,
    outcome,
    startTime: request.startTime,
    duration: request.duration,
    spanCount: request.spans?.length ?? 0,
    currentSpan: outcome === null ? (request.currentSpan?.name ?? null) : null,
    error: error === undefined ? null : { name: error.name, message: error.message },
    streaming: request.streaming,
  }
}

/** All that is known of a request: the tree of what it did. */
export function requestDocument(request: RequestTrace): RequestDocument {
  return {
    ...requestSummary(request),
    traceId: request.traceId,
    trace: toSpanDocument(request),
    droppedSpans: request.droppedSpans,
  }
}

/** The label that it is counted under; of a request in flight what is known so far. */
export function routeOf(request: RequestTrace): string {
  return request.entry?.route ?? request.route ?? UNMATCHED
}
