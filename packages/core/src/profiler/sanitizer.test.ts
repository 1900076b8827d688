import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveLimits } from '../limits.ts'
import { Profiler } from './profiler.ts'
import { Sanitizer } from './sanitizer.ts'

const sanitizer = new Sanitizer(resolveLimits())

const throwing = new Proxy(
  {},
  Object.fromEntries(
    Object.getOwnPropertyNames(Reflect).map((trap) => [
      trap,
      () => {
        throw new Error(`trap ${trap}`)
      },
    ]),
  ),
)
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
})()

describe('errors', () => {
  test('are kept as strings', () => {
    const error = new TypeError('bad')
    expect(sanitizer.error(error)).toEqual({
      name: 'TypeError',
      message: 'bad',
      stack: error.stack,
    })
  })

  test('may be anything', () => {
    expect(sanitizer.error(null)).toEqual({ name: 'object', message: 'null', stack: null })
    expect(sanitizer.error('text')).toEqual({ name: 'string', message: 'text', stack: null })
    expect(sanitizer.error(undefined).message).toBe('undefined')
    expect(sanitizer.error(Symbol('s')).message).toBe('Symbol(s)')
    expect(sanitizer.error(Object.freeze({ message: 'frozen' })).message).toBe('frozen')
    expect(sanitizer.error({ name: 1, message: {} })).toMatchObject({ name: 'object', message: '' })
    for (const hostile of [throwing, revoked]) expect(sanitizer.error(hostile).message).toBe('')
  })

  test('have what is behind them, the nearest first, each once', () => {
    const refused = [
      new Error('connect ECONNREFUSED ::1'),
      new Error('connect ECONNREFUSED 127.0.0.1'),
    ]
    const cause = new AggregateError(refused)
    const error = new TypeError('fetch failed', { cause })
    Object.assign(refused[1]!, { cause: error })
    const { causes, ...texts } = sanitizer.error(error)
    expect(texts).toMatchObject({ name: 'TypeError', message: 'fetch failed' })
    expect(causes?.map(({ name, message }) => [name, message])).toEqual([
      ['AggregateError', ''],
      ['Error', 'connect ECONNREFUSED ::1'],
      ['Error', 'connect ECONNREFUSED 127.0.0.1'],
    ])
    expect(causes?.[1]?.stack).toBe(refused[0]!.stack)
  })

  test('that have nothing behind them say so by leaving it out', () => {
    for (const cause of [undefined, null, () => new Error('of verror')]) {
      expect(sanitizer.error(new Error('alone', { cause }))).not.toHaveProperty('causes')
    }
    // What a validator found is no error of its own.
    const invalid = Object.assign(new Error('invalid'), { errors: [{ path: 'name' }] })
    expect(sanitizer.error(invalid)).not.toHaveProperty('causes')
    for (const hostile of [throwing, revoked]) expect(sanitizer.error(hostile).message).toBe('')
  })

  test('may have anything behind them', () => {
    for (const cause of ['text', 0, Symbol('s'), {}, throwing, revoked]) {
      expect(sanitizer.error(new Error('outer', { cause })).causes).toHaveLength(1)
    }
    const many = new AggregateError([])
    Object.defineProperty(many, 'errors', { value: revoked })
    expect(sanitizer.error(many).message).toBe('')
  })

  test('lose of what is behind them what they lose themselves', () => {
    const redact = (value: unknown, where: string) =>
      where === 'error.message' ? String(value).replaceAll('alice', '[name]') : value
    const careful = new Sanitizer(resolveLimits(), redact)
    const cause = new Error('no alice at /reset')
    const hide = (text: string) => text.replaceAll('/reset', '[path]')
    const kept = careful.error(new Error('outer', { cause }), hide)
    expect(kept.causes?.[0]?.message).toBe('no [name] at [path]')
    const quoted = new Error('outer', { cause: new SyntaxError("Failed to decode param '%zz'") })
    expect(sanitizer.error(quoted).causes?.[0]?.message).toBe("Failed to decode param '[input]'")
  })

  test('have at most maxErrorCauses behind them, and more are counted', () => {
    const few = new Sanitizer(resolveLimits({ maxErrorCauses: 2 }))
    expect(few.error(new AggregateError([1, 2])).causes).toHaveLength(2)
    expect(few.causesCut).toBe(0)
    const kept = few.error(new AggregateError(Array.from({ length: 1e5 }, (_, i) => i)))
    expect(kept.causes?.map(({ message }) => message)).toEqual(['0', '1'])
    expect([few.causesCut, few.mostCauses]).toEqual([1, 2])
  })

  test('are cut to maxErrorLength, and that is counted', () => {
    const short = new Sanitizer(resolveLimits({ maxErrorLength: 10 }))
    const kept = short.error(new Error('x'.repeat(1000)))
    expect(kept.message).toBe('xxxxxxxxxx')
    expect(kept.stack).toHaveLength(10)
    expect(short.errorsCut).toBe(2)
    expect(short.longestError).toBe(10)
  })
})

describe('metadata', () => {
  test('is copied as plain data', () => {
    const given = {
      text: 'a',
      number: 1,
      big: 12n,
      nan: NaN,
      nothing: null,
      missing: undefined,
      list: [1, [2], undefined],
      map: new Map([['k', 1]]),
      set: new Set(['v']),
      date: new Date(0),
      error: new RangeError('far'),
      buffer: Buffer.alloc(1e6),
      call: () => 1,
      nested: { deep: true },
    }
    expect(sanitizer.metadata(given)).toStrictEqual({
      text: 'a',
      number: 1,
      big: '12',
      nan: 'NaN',
      nothing: null,
      list: [1, [2], null],
      map: [['k', 1]],
      set: ['v'],
      date: '1970-01-01T00:00:00.000Z',
      error: { name: 'RangeError', message: 'far' },
      buffer: '[binary]',
      call: '[function]',
      nested: { deep: true },
    })
  })

  test('goes eight levels deep, and what lies deeper is counted', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 'end' : { next: nest(levels - 1) })
    const deep = new Sanitizer(resolveLimits())
    expect(JSON.stringify(deep.metadata({ next: nest(7) }))).toContain('"end"')
    expect(deep.metadataCut).toBe(0)
    const cut = JSON.stringify(deep.metadata({ next: nest(8) }))
    expect(cut).not.toContain('"end"')
    expect(cut).toContain('"[deep]"')
    expect(deep.metadataCut).toBe(1)
  })

  test('may have cycles, getters that throw, and names of the prototype', () => {
    const given: Record<string, unknown> = JSON.parse('{"__proto__": {"a": 1}}')
    given['self'] = given
    Object.defineProperty(given, 'bad', {
      enumerable: true,
      get() {
        throw new Error('getter')
      },
    })
    given['throwing'] = throwing
    given['revoked'] = revoked
    expect(JSON.stringify(sanitizer.metadata(given))).toBe(
      '{"__proto__":{"a":1},"self":"[circular]","bad":"[threw]","throwing":{},"revoked":{}}',
    )
    expect(sanitizer.metadata(throwing)).toEqual({})
  })

  test('is bounded in work and size, and what was cut is counted', () => {
    const small = new Sanitizer(resolveLimits({ maxMetadataBytes: 100 }))
    let read = 0
    const endless = Array.from({ length: 1000 }, () => ({
      get value() {
        read++
        return 'xxxxxxxxxx'
      },
    }))
    const kept = small.metadata({ endless, later: 1 })
    expect(JSON.stringify(kept).length).toBeLessThan(200)
    expect(read).toBeLessThan(20)
    expect(small.metadataCut).toBe(1)
    expect(small.metadata({ text: 'y'.repeat(1e6) })['text']).toHaveLength(92)
    expect(small.largestMetadata).toBe(100)
  })

  test('that is deep does not overflow the stack', () => {
    let deep: object = {}
    for (let i = 0; i < 100_000; i++) deep = { d: deep }
    expect(JSON.stringify(sanitizer.metadata({ deep }))).toContain('[deep]')
  })

  test('has no negative zero, which JSON cannot say', () => {
    expect(sanitizer.metadata({ zero: -0 })).toEqual({ zero: 0 })
  })

  test('is JSON within the cap, whatever it is', () => {
    const small = new Sanitizer(resolveLimits({ maxMetadataBytes: 300 }))
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.anything({ withBigInt: true, withMap: true, withDate: true }),
        ),
        (given) => {
          const kept = small.metadata(given)
          const text = JSON.stringify(kept)
          expect(JSON.parse(text)).toEqual(kept)
          // Escapes make six characters of one.
          expect(text.length).toBeLessThan(6 * 300)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('redact', () => {
  const profiler = new Profiler({
    redact: (value, where) => {
      if (where === 'metadata.explode') throw new Error('redact failed')
      if (where === 'metadata.token') return undefined
      return typeof value === 'string' ? value.replaceAll('secret', '***') : value
    },
  })

  test('changes errors, stacks and metadata before they are kept', () => {
    const trace = profiler.startTrace('r', {
      metadata: { q: 'a secret', token: 'secret', explode: 'secret', user: { id: 1 } },
    })
    trace.setError(new Error('the secret'))
    profiler.endTrace(trace)
    expect(trace.metadata).toEqual({ q: 'a ***', explode: '[redacted]', user: { id: 1 } })
    expect(trace.error!.message).toBe('the ***')
    expect(profiler.exportProfile()).not.toContain('secret')
    expect(profiler.sanitizer.redactFailures).toBe(1)
  })

  test('that returns no text for a message removes it', () => {
    const removing = new Sanitizer(resolveLimits(), () => null)
    expect(removing.error(new Error('x')).message).toBe('[redacted]')
  })
})
