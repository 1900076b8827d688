import type { JSX } from 'preact'
import type { SpanDocument } from '@core/status/api-types.ts'

/** What the app said about an operation. */
export function Metadata({ span }: { span: SpanDocument }): JSX.Element | null {
  const entries = Object.entries(span.metadata)
  if (entries.length === 0) return null
  return (
    <dl class="facts-list metadata">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  )
}
