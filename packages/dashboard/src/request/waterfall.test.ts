import { expect, test } from 'vitest'
import type { SpanDocument } from '@core/status/api-types.ts'
import type { RepeatRow } from './waterfall.ts'
import { waterfall } from './waterfall.ts'

let ids = 0

function span(
  name: string,
  from: number,
  to: number | null,
  children: SpanDocument[] = [],
): SpanDocument {
  return {
    id: String(ids++),
    parentId: null,
    name,
    startTime: 100 + from,
    endTime: to === null ? null : 100 + to,
    duration: to === null ? null : to - from,
    metadata: {},
    memoryStart: 0,
    memoryEnd: 0,
    memoryDelta: 0,
    stackTrace: null,
    error: null,
    children,
  }
}

const kinds = (root: SpanDocument, unfolded: ReadonlySet<string> = new Set()): string[] =>
  waterfall(root, 110, unfolded).rows.map((row) => {
    const name =
      row.kind === 'span'
        ? row.span.name
        : row.kind === 'repeat'
          ? `${row.name}×${row.spans.length}`
          : 'gap'
    return `${' '.repeat(row.depth)}${name}`
  })

test('rows stand in the order of time, gaps where no child was at work', () => {
  const root = span('root', 0, 10, [span('b', 5, 8), span('a', 0, 3, [span('c', 1, 2)])])
  expect(kinds(root)).toEqual(['root', ' a', '  gap', '  c', '  gap', ' gap', ' b', ' gap'])
})

test('the own time is what is left without the children, overlaps counted once', () => {
  const root = span('root', 0, 10, [span('a', 1, 5), span('b', 3, 7)])
  const [row] = waterfall(root, 110, new Set()).rows
  expect(row?.kind === 'span' && row.selfTime).toBeCloseTo(4)
})

test('a child that outlives its parent leaves no negative time', () => {
  const root = span('root', 0, 4, [span('late', 3, 9)])
  const [row] = waterfall(root, 110, new Set()).rows
  expect(row?.kind === 'span' && row.selfTime).toBeCloseTo(3)
})

test('the width has room for what goes on when the request has ended', () => {
  const root = span('root', 0, 4, [span('a', 1, 2, [span('late', 3, 9)]), span('after', 5, 6)])
  expect(waterfall(root, 110, new Set()).total).toBeCloseTo(9)
})

test('repeated calls are one row, in sequence or at the same time', () => {
  const queries = Array.from({ length: 6 }, (_, i) => span('query', i, i + 1))
  const parallel = Array.from({ length: 6 }, () => span('fetch', 6, 9))
  const { rows } = waterfall(span('root', 0, 10, [...queries, ...parallel]), 110, new Set())
  const repeats = rows.filter((row): row is RepeatRow => row.kind === 'repeat')
  expect(
    repeats.map(({ name, inSequence, total }) => [name, inSequence, Math.round(total)]),
  ).toEqual([
    ['query', true, 6],
    ['fetch', false, 18],
  ])
})

test('unfolded, repeated calls stand below their row', () => {
  const root = span('root', 0, 3, [span('q', 0, 1), span('q', 1, 2), span('q', 2, 3)])
  expect(kinds(root)).toEqual(['root', ' q×3'])
  expect(kinds(root, new Set([`${root.id} q`]))).toEqual(['root', ' q×3', '  q', '  q', '  q'])
})

test('what still runs ends now', () => {
  const { total, rows } = waterfall(span('root', 0, null, [span('a', 4, null)]), 110, new Set())
  expect(total).toBeCloseTo(10)
  expect(rows.at(-1)).toMatchObject({ kind: 'span', selfTime: expect.closeTo(6) as number })
})
