import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveLimits } from '../limits.ts'
import { toChromeTrace } from './chrome-trace.ts'
import { ProfileTrace } from './profile-trace.ts'
import { Profiler } from './profiler.ts'
import { Sanitizer } from './sanitizer.ts'
import type { SpanDocument } from './span-document.ts'
import { toSpanDocument } from './span-tree.ts'

const sanitizer = new Sanitizer(resolveLimits())

interface Span {
  /** Where its parent is among the spans before it: 0 to 1. */
  readonly parent: number
  readonly start: number
  readonly length: number
}

/** A root and spans below it that overlap each other and outlive their parents as they like. */
const trees = fc
  .array(
    fc.record<Span>({
      parent: fc.double({ min: 0, max: 0.999, noNaN: true }),
      start: fc.nat(20),
      length: fc.nat(20),
    }),
    {
      maxLength: 40,
    },
  )
  .map((spans) => {
    const root = new ProfileTrace('0', 0, 0, sanitizer)
    const all = [root]
    const parentOf = new Map<string, string>()
    let beginMs = 0
    for (const { parent, start, length } of spans) {
      const above = all[Math.floor(parent * all.length)]!
      beginMs = Math.max(beginMs, above.startMs) + start / 10
      const span = new ProfileTrace(String(all.length), beginMs, 0, sanitizer, above)
      root.adopt(span, 1000)
      all.push(span)
      parentOf.set(span.name, above.name)
      span.close(beginMs + length / 3, 0)
    }
    root.close(30, 0)
    return { root, all, parentOf }
  })

describe('toSpanDocument', () => {
  test('gives every span to its parent, in the order in which they began', () => {
    fc.assert(
      fc.property(trees, ({ root, all, parentOf }) => {
        const seen: string[] = []
        const walk = (document: SpanDocument, parent?: SpanDocument): void => {
          seen.push(document.name)
          expect(document.parentId).toBe(parent?.id ?? null)
          expect(parentOf.get(document.name)).toBe(parent?.name)
          const starts = document.children.map(({ startTime }) => startTime)
          expect(starts).toEqual(starts.toSorted((a, b) => a - b))
          for (const child of document.children) walk(child, document)
        }
        walk(toSpanDocument(root))
        expect(seen.toSorted()).toEqual(all.map(({ name }) => name).toSorted())
      }),
    )
  })

  test('is as deep as the app recurses', () => {
    const root = new ProfileTrace('root', 0, 0, sanitizer)
    let last = root
    for (let i = 0; i < 20_000; i++) {
      last = new ProfileTrace('span', i, 0, sanitizer, last)
      root.adopt(last, 20_000)
    }
    let document = toSpanDocument(root)
    let depth = 0
    for (; document.children[0]; document = document.children[0]) depth++
    expect(depth).toBe(20_000)
    expect(document.endTime).toBeNull()
  })
})

describe('toChromeTrace', () => {
  test('two events on one track are apart, or one is within its own parent', () => {
    fc.assert(
      fc.property(trees, trees, (one, two) => {
        const traces = [...one.all, ...two.all]
        const events = toChromeTrace(traces).traceEvents.filter(({ ph }) => ph === 'X')
        expect(events).toHaveLength(traces.length)
        const idOf = (event: (typeof events)[number]) => event.args['id'] as string
        const byId = new Map(events.map((event) => [idOf(event), event]))
        const isAbove = (above: string, event: (typeof events)[number]): boolean => {
          for (let at = event.args['parentId']; at; at = byId.get(at as string)?.args['parentId']) {
            if (at === above) return true
          }
          return false
        }
        for (const a of events) {
          for (const b of events) {
            if (a === b || a.tid !== b.tid || a.ts! > b.ts!) continue
            const [aEnd, bEnd] = [a.ts! + a.dur!, b.ts! + b.dur!]
            const apart = aEnd <= b.ts! + 1e-6
            const within = bEnd <= aEnd + 1e-6 && isAbove(idOf(a), b)
            const around = a.ts === b.ts && aEnd <= bEnd + 1e-6 && isAbove(idOf(b), a)
            expect(apart || within || around).toBe(true)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('draws calls below their callers, and what overlaps beside them', () => {
    const root = new ProfileTrace('root', 0, 0, sanitizer)
    const span = (name: string, parent: ProfileTrace, from: number, to: number): ProfileTrace => {
      const made = new ProfileTrace(name, from, 0, sanitizer, parent)
      made.close(to, 0)
      return made
    }
    const first = span('first', root, 1, 5)
    const inner = span('inner', first, 2, 3)
    const overlapping = span('overlapping', root, 4, 6)
    const last = span('last', root, 7, 8)
    root.close(10, 0)
    const { traceEvents } = toChromeTrace([root, first, inner, overlapping, last])
    const tracks = Object.fromEntries(traceEvents.map(({ name, tid }) => [name, tid]))
    expect(tracks).toMatchObject({ root: 1, first: 1, inner: 1, overlapping: 2, last: 1 })
  })

  test('is what viewers take: microseconds, process, what is known', () => {
    const profiler = new Profiler({ collectStackTrace: true })
    profiler.traceContext('failed', (trace) => trace.setError(new Error('no')), { n: 1n })
    profiler.startTrace('open')
    const file = JSON.parse(profiler.exportProfile('chrome-trace'))
    const [process_, failed, open] = file.traceEvents
    expect(process_).toMatchObject({ ph: 'M', name: 'process_name', pid: process.pid })
    expect(failed).toMatchObject({
      ph: 'X',
      name: 'failed',
      pid: process.pid,
      tid: 1,
      args: { metadata: { n: '1' }, error: { message: 'no' } },
    })
    expect(failed.args.stackTrace).toContain('chrome-trace.test.ts')
    expect(failed.dur).toBeGreaterThan(0)
    expect(failed.ts / 1e6 + file.otherData.startTime).toBeCloseTo(Date.now() / 1000, 0)
    expect(open.args.open).toBe(true)
  })
})
