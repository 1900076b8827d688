import type { RequestDocument, SpanDocument } from '@core/status/api-types.ts'
import { duration } from '../format/duration.ts'
import { foldStack, parseStack } from './stack.ts'

const MAX_SPANS = 8
const MAX_FRAMES = 5

/** A request in a few lines of text, to be pasted into an issue or a chat. */
export function summaryText(request: RequestDocument, address: string): string {
  const status = request.status ?? 'in flight'
  const outcome =
    request.outcome === 'ok' || request.outcome === null ? '' : ` (${request.outcome})`
  const started = new Date(request.startTime * 1000).toISOString()
  return [
    `${request.method} ${request.route} → ${status}${outcome} in ${duration(request.duration)}, ${started}`,
    ...errorLines(request),
    ...spanLines(request.trace),
    address,
  ].join('\n')
}

function errorLines({ error, trace }: RequestDocument): readonly string[] {
  if (error === null) return []
  const frames = foldStack(parseStack(trace.error?.stack ?? ''))
    .flatMap((part) => (part.kind === 'frame' ? [`    ${part.frame.text}`] : []))
    .slice(0, MAX_FRAMES)
  const causes = (trace.error?.causes ?? []).map((cause) => `caused by ${line(cause)}`)
  return [line(error), ...frames, ...causes]
}

function line({ name, message }: { name: string; message: string }): string {
  return message === '' ? name : `${name}: ${message}`
}

function spanLines(root: SpanDocument): readonly string[] {
  const spans: SpanDocument[] = []
  const collect = (span: SpanDocument): void => {
    for (const child of span.children) {
      spans.push(child)
      collect(child)
    }
  }
  collect(root)
  return spans
    .toSorted((a, b) => (b.duration ?? 0) - (a.duration ?? 0))
    .slice(0, MAX_SPANS)
    .map((span) => `  ${duration(span.duration)}  ${span.name}${span.error === null ? '' : ' ✕'}`)
}
