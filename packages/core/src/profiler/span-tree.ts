import type { ProfileTrace } from './profile-trace.ts'
import type { SpanDocument, TraceDocument } from './span-document.ts'

/** The whole tree of a root trace as JSON. Children are in the order in which they began. */
export function toSpanDocument(root: ProfileTrace): SpanDocument {
  const document = withChildren(root)
  const byId = new Map([[root.id, document]])
  // A parent begins before its children, so it is in the map already. Recursion would be shorter,
  // and would end at the depth of the app's recursion.
  for (const span of root.spans ?? []) {
    const child = withChildren(span)
    byId.set(child.id, child)
    const parent = byId.get(child.parentId ?? root.id) ?? document
    parent.children.push(child)
  }
  return document
}

function withChildren(trace: ProfileTrace): TraceDocument & { children: SpanDocument[] } {
  return { ...trace.toJSON(), children: [] }
}
