import type { SpanDocument } from '@core/status/api-types.ts'

/** A stretch of the request, in seconds since it began. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

interface BaseRow {
  readonly key: string
  readonly depth: number
}

/** One operation. */
export interface SpanRow extends BaseRow {
  readonly kind: 'span'
  readonly span: SpanDocument
  readonly bar: Stretch
  /** Where the operation itself was at work, and none of its children. */
  readonly own: readonly Stretch[]
  /** Seconds of `own`. */
  readonly selfTime: number
}

/** Several calls of the same operation by the same parent. */
export interface RepeatRow extends BaseRow {
  readonly kind: 'repeat'
  readonly name: string
  readonly spans: readonly SpanDocument[]
  readonly bars: readonly Stretch[]
  /** Seconds of all calls together. */
  readonly total: number
  readonly failed: boolean
  /** One after the other, so that their times add up: what is called N+1. */
  readonly inSequence: boolean
}

/** A time in which an operation with children had none at work. */
export interface GapRow extends BaseRow {
  readonly kind: 'gap'
  readonly bar: Stretch
}

export type Row = SpanRow | RepeatRow | GapRow

export interface Waterfall {
  /** Seconds that the width stands for: until the last of the operations has ended. */
  readonly total: number
  readonly rows: readonly Row[]
}

/** From so many calls on they are one row. */
const MIN_REPEATS = 3

/** From so many calls on, one after the other, they are pointed out. */
export const MIN_N_PLUS_ONE = 5

/** Shorter gaps are not worth a row: a share of the whole. */
const MIN_GAP_SHARE = 0.02

/** Calls are in sequence when they overlap by no more than this share. */
const MAX_OVERLAP = 1.1

/**
 * The rows of a waterfall.
 *
 * @param now epoch seconds; the end of what still runs.
 * @param unfolded keys of the repeated calls that are shown one by one.
 */
export function waterfall(
  root: SpanDocument,
  now: number,
  unfolded: ReadonlySet<string>,
): Waterfall {
  const origin = root.startTime
  const total = Math.max(lastEndOf(root, now) - origin, 1e-6)
  const rows: Row[] = []

  const stretch = (span: SpanDocument): Stretch => ({
    from: span.startTime - origin,
    to: endOf(span, now) - origin,
  })

  function visit(span: SpanDocument, depth: number): void {
    const bar = stretch(span)
    const children = span.children.toSorted((a, b) => a.startTime - b.startTime)
    const own = without(bar, merged(children.map(stretch)))
    rows.push({ kind: 'span', key: span.id, depth, span, bar, own, selfTime: length(own) })
    const items = [...itemsOf(span, children), ...gapsOf(children, own)]
    items.sort((a, b) => a.from - b.from)
    for (const item of items) item.add(depth + 1)
  }

  function itemsOf(parent: SpanDocument, children: readonly SpanDocument[]): Item[] {
    const items: Item[] = []
    for (const [name, spans] of byName(children)) {
      const key = `${parent.id} ${name}`
      const first = spans[0]
      if (first === undefined) continue
      const from = stretch(first).from
      const isRepeat = spans.length >= MIN_REPEATS
      if (isRepeat)
        items.push({ from, add: (depth) => rows.push(repeatRow(key, depth, name, spans)) })
      if (isRepeat && !unfolded.has(key)) continue
      for (const child of spans) {
        // What is unfolded stays below its row.
        const at = isRepeat ? from : stretch(child).from
        items.push({ from: at, add: (depth) => visit(child, isRepeat ? depth + 1 : depth) })
      }
    }
    return items
  }

  function gapsOf(children: readonly SpanDocument[], own: readonly Stretch[]): Item[] {
    if (children.length === 0) return []
    return own
      .filter(({ from, to }) => to - from >= total * MIN_GAP_SHARE)
      .map((bar) => ({
        from: bar.from,
        add: (depth) => rows.push({ kind: 'gap', key: `gap ${depth} ${bar.from}`, depth, bar }),
      }))
  }

  function repeatRow(
    key: string,
    depth: number,
    name: string,
    spans: readonly SpanDocument[],
  ): Row {
    const bars = spans.map(stretch)
    const sum = length(bars)
    return {
      kind: 'repeat',
      key,
      depth,
      name,
      spans,
      bars,
      total: sum,
      failed: spans.some((span) => span.error !== null),
      inSequence: sum <= length(merged(bars)) * MAX_OVERLAP,
    }
  }

  visit(root, 0)
  return { total, rows }
}

function byName(spans: readonly SpanDocument[]): ReadonlyMap<string, readonly SpanDocument[]> {
  const groups = new Map<string, SpanDocument[]>()
  for (const span of spans) {
    const group = groups.get(span.name)
    if (group === undefined) groups.set(span.name, [span])
    else group.push(span)
  }
  return groups
}

interface Item {
  readonly from: number
  readonly add: (depth: number) => void
}

function endOf(span: SpanDocument, now: number): number {
  return Math.max(span.endTime ?? now, span.startTime)
}

/** An operation may go on when its parent has ended: the work that a request leaves behind. */
function lastEndOf(span: SpanDocument, now: number): number {
  return span.children.reduce(
    (last, child) => Math.max(last, lastEndOf(child, now)),
    endOf(span, now),
  )
}

/** Overlapping stretches as one; `stretches` ascend. */
function merged(stretches: readonly Stretch[]): readonly Stretch[] {
  const result: { from: number; to: number }[] = []
  for (const { from, to } of stretches) {
    const last = result.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else result.push({ from, to })
  }
  return result
}

/** What is left of a stretch without some others, which ascend and do not overlap. */
function without(whole: Stretch, parts: readonly Stretch[]): readonly Stretch[] {
  const result: Stretch[] = []
  let from = whole.from
  for (const part of parts) {
    if (part.from > from) result.push({ from, to: Math.min(part.from, whole.to) })
    from = Math.max(from, part.to)
    if (from >= whole.to) return result
  }
  result.push({ from, to: whole.to })
  return result
}

function length(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + (to - from), 0)
}
