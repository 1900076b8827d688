import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MtaioError } from '../errors.ts'
import type { ProfileTrace } from './profile-trace.ts'
import { Profiler } from './profiler.ts'

const named = (profiler: Profiler, name: string): ProfileTrace[] =>
  profiler.getProfile().traces.filter((trace) => trace.name === name)

describe('a trace', () => {
  test('has its times, its memory and its metadata', async () => {
    const profiler = new Profiler()
    const before = Date.now() / 1000
    const trace = profiler.startTrace('import', { metadata: { file: 'a.csv' } })
    await sleep(20)
    profiler.endTrace(trace)

    expect(trace.id).toMatch(/^[0-9a-f]{16}$/)
    expect(trace.parentId).toBeNull()
    expect(trace.startTime).toBeCloseTo(before, 1)
    expect(trace.duration).toBeGreaterThan(0.015)
    expect(trace.duration).toBeLessThan(1)
    expect(trace.endTime! - trace.startTime).toBeCloseTo(trace.duration, 4)
    expect(trace.memoryStart).toBeGreaterThan(1e6)
    expect(trace.memoryDelta).toBe(trace.memoryEnd! - trace.memoryStart)
    expect(trace.metadata).toStrictEqual({ file: 'a.csv' })
    expect(trace.error).toBeUndefined()
    expect(trace.stackTrace).toBeUndefined()
    expect(inspect(trace)).toBe(inspect(trace.toJSON()))
  })

  test.each<[string, (profiler: Profiler) => unknown]>([
    ['endTrace', (profiler) => profiler.endTrace(undefined as never)],
    ['parent', (profiler) => profiler.startTrace('x', { parent: 'id' as never })],
    ['bind', (profiler) => profiler.bind(3 as never)],
  ])('that is none is refused with a clear message: %s', (what, act) => {
    expect(() => act(new Profiler())).toThrow(MtaioError)
    expect(() => act(new Profiler())).toThrow(what)
  })

  test('that has ended holds no objects of the app, though spans in it never end', () => {
    const profiler = new Profiler()
    const root = profiler.startTrace('root')
    const span = profiler.startTrace('lost', { parent: root, metadata: { body: Buffer.alloc(10) } })
    expect(span.metadata['body']).toBeInstanceOf(Buffer)
    profiler.endTrace(root)
    expect(span.isOpen).toBe(true)
    expect(span.metadata['body']).not.toBeInstanceOf(Buffer)
    span.addMetadata({ late: 1 })
    profiler.endTrace(span)
    expect(span.metadata).toMatchObject({ late: 1, body: expect.anything() })
  })

  test('that holds on to memory shows it', () => {
    const profiler = new Profiler()
    const kept: Buffer[] = []
    profiler.traceContext('allocate', () => kept.push(Buffer.alloc(20_000_000)))
    expect(named(profiler, 'allocate')[0]!.memoryDelta).toBeGreaterThan(15_000_000)
  })

  test('that is open is in the profile, with its figures until now', async () => {
    const profiler = new Profiler()
    await profiler.traceContext('operation', async () => {
      profiler.startTrace('memory_usage', { metadata: { type: 'memory' } })
      await sleep(10)
      const profile = profiler.getProfile()
      const [operation, memory] = profile.traces
      expect(profile.traces.map(({ name }) => name)).toEqual(['operation', 'memory_usage'])
      expect(memory!.parentId).toBe(operation!.id)
      expect(memory!.endTime).toBeNull()
      expect(memory!.duration).toBeGreaterThan(0.005)
      expect(Number.isFinite(memory!.memoryDelta)).toBe(true)
      expect(profile.totalTime).toBeGreaterThan(0.005)
    })
  })

  test('that is ended twice is counted once, with its first end', async () => {
    const profiler = new Profiler()
    const trace = profiler.startTrace('once')
    profiler.endTrace(trace)
    const { endTime } = trace
    await sleep(2)
    profiler.endTrace(trace)
    expect(trace.endTime).toBe(endTime)
    expect(profiler.getProfile().getMetrics('once').callCount).toBe(1)
  })

  test('can be given its parent', () => {
    const profiler = new Profiler()
    const parent = profiler.startTrace('parent')
    const child = profiler.startTrace('child', { parent })
    profiler.traceContext('elsewhere', () => {
      expect(profiler.startTrace('alone', { parent: null }).parentId).toBeNull()
    })
    expect(child.parentId).toBe(parent.id)
    expect(child.root).toBe(parent)
  })

  test('takes metadata until its end, and no more after it', () => {
    const profiler = new Profiler()
    const trace = profiler.startTrace('query')
    trace.metadata['rows'] = 3
    trace.addMetadata({ table: 'users' })
    profiler.endTrace(trace)
    trace.addMetadata({ late: true })
    expect(trace.metadata).toStrictEqual({ rows: 3, table: 'users' })
  })

  test('has where it was started when asked for, the app before packages and Node', () => {
    const profiler = new Profiler({ collectStackTrace: true })
    const lines = profiler.startTrace('here').stackTrace!.split('\n')
    expect(lines[0]).toContain('profiler.test.ts')
    const foreign = lines.map((line) => /node_modules|node:|<anonymous>/.test(line))
    expect(foreign).toContain(true)
    expect(foreign).toEqual(foreign.toSorted((a, b) => Number(a) - Number(b)))
    expect(Error.stackTraceLimit).not.toBe(50)
  })
})

describe('a profile', () => {
  test('sums up root traces, and operations by name', async () => {
    const profiler = new Profiler()
    await profiler.traceContext('outer', async () => {
      await profiler.traceContext('inner', () => sleep(10))
      await profiler.traceContext('inner', () => sleep(30))
    })
    const profile = profiler.getProfile()
    const inner = profile.getMetrics('inner')
    expect(inner.callCount).toBe(2)
    expect(inner.avgTime).toBeCloseTo(inner.totalTime / 2, 9)
    expect(inner.minTime).toBeLessThan(inner.maxTime)
    expect(inner.percentiles[99]).toBeCloseTo(inner.maxTime, 6)
    expect(inner.percentiles[50]).toBeCloseTo(inner.minTime, 6)
    expect(inner.memoryAvg).toBeCloseTo(inner.memoryTotal / 2, 6)
    const outer = profile.getMetrics('outer')
    expect(profile.totalTime).toBeCloseTo(outer.totalTime, 6)
    expect(profile.getMetrics().callCount).toBe(3)
    expect(profile.getMetrics().totalTime).toBeCloseTo(inner.totalTime + outer.totalTime, 9)
  })

  test('does not change when more is traced', () => {
    const profiler = new Profiler()
    profiler.traceContext('a', () => 1)
    const profile = profiler.getProfile()
    profiler.traceContext('a', () => 1)
    profiler.reset()
    expect(profile.getMetrics('a').callCount).toBe(1)
    expect(profile.traces).toHaveLength(1)
  })

  test('has zeros and nulls for what was never called', () => {
    const metrics = new Profiler().getProfile().getMetrics('constructor')
    expect(metrics).toEqual({
      callCount: 0,
      errorCount: 0,
      totalTime: 0,
      avgTime: 0,
      minTime: 0,
      maxTime: 0,
      memoryTotal: 0,
      memoryAvg: 0,
      percentiles: { 50: null, 90: null, 95: null, 99: null },
    })
  })

  test('covers what the ring has dropped', () => {
    const profiler = new Profiler({ limits: { maxTraces: 10 } })
    for (let i = 0; i < 25; i++) profiler.traceContext('call', () => i)
    const profile = profiler.getProfile()
    expect(profile.traces).toHaveLength(10)
    expect(profile.getMetrics('call').callCount).toBe(25)
    expect(profiler.limitsUsed().maxTraces).toEqual({ limit: 10, used: 10, cut: 15 })
  })

  test('is empty after a reset, and handles go on', () => {
    const profiler = new Profiler()
    const handle = profiler.operation('call')
    profiler.traceContext('call', () => 1)
    const { startTime } = profiler.getProfile()
    profiler.reset()
    expect(profiler.getProfile().traces).toEqual([])
    expect(profiler.getProfile().totalTime).toBe(0)
    expect(profiler.getProfile().startTime).toBeGreaterThanOrEqual(startTime)
    profiler.traceContext('call', () => 1)
    expect(handle.histogram.count).toBe(1)
    expect(profiler.getProfile().getMetrics('call').callCount).toBe(1)
  })

  test('counts of a trace that was open at a reset only what came after it', async () => {
    const profiler = new Profiler()
    const open = profiler.startTrace('open')
    await sleep(60)
    profiler.reset()
    profiler.endTrace(open)
    const { totalTime, startTime } = profiler.getProfile()
    expect(totalTime).toBeLessThan(Date.now() / 1000 - startTime + 0.01)
    expect(profiler.getProfile().getMetrics('open').totalTime).toBeGreaterThan(0.05)
  })

  test('takes __proto__ and the like as plain names', () => {
    const profiler = new Profiler()
    for (const name of ['__proto__', 'constructor', 'toString']) {
      profiler.traceContext(name, () => 1)
      expect(profiler.getProfile().getMetrics(name).callCount).toBe(1)
    }
    expect(JSON.parse(profiler.exportProfile()).traces).toHaveLength(3)
    expect(Object.prototype).not.toHaveProperty('callCount')
  })

  test('is exported as JSON', () => {
    const profiler = new Profiler()
    profiler.traceContext('a', () => profiler.traceContext('b', () => 1), { n: 10n })
    profiler.startTrace('open', { metadata: { n: 10n } })
    const { traces, metrics, startTime } = JSON.parse(profiler.exportProfile('json'))
    expect(traces.map((trace: { name: string }) => trace.name)).toEqual(['a', 'b', 'open'])
    expect(traces[1].parentId).toBe(traces[0].id)
    expect(traces[0].metadata).toEqual({ n: '10' })
    expect(traces[2]).toMatchObject({ endTime: null, duration: null, metadata: { n: '10' } })
    expect(metrics.a.callCount).toBe(1)
    expect(startTime).toBeCloseTo(Date.now() / 1000, 0)
  })

  test('is exported in two formats only', () => {
    expect(() => new Profiler().exportProfile('xml' as 'json')).toThrow(
      expect.objectContaining({ code: 'MTAIO_OPTION_INVALID' }),
    )
  })
})

describe('a disabled profiler', () => {
  const profiler = new Profiler({ enabled: false })

  test('returns functions themselves', () => {
    const fn = (): number => 1
    expect(profiler.trace(fn)).toBe(fn)
    expect(profiler.trace({ name: 'x' })(fn)).toBe(fn)
    expect(profiler.bind(fn)).toBe(fn)
  })

  test('runs what it is given, and keeps nothing', async () => {
    expect(profiler.traceContext('x', () => 5)).toBe(5)
    expect(await profiler.traceContext('x', async (trace) => trace.addMetadata({}).name)).toBe('x')
    profiler.endTrace(profiler.startTrace('y').setError(new Error('e')))
    profiler.traceContext('z').end()
    profiler.traceContext('z')[Symbol.dispose]()
    expect(profiler.currentTrace).toBeNull()
    expect(profiler.getProfile().traces).toEqual([])
    expect(profiler.getProfile().getMetrics().callCount).toBe(0)
  })
})

describe('options', () => {
  test('the stack of a trace is redacted as all that is kept', () => {
    const seen: string[] = []
    const profiler = new Profiler({
      collectStackTrace: true,
      redact: (value, where) => (seen.push(where), where === 'stackTrace' ? '[stack]' : value),
    })
    profiler.traceContext('work', () => 1)
    expect(profiler.getProfile().traces[0]?.stackTrace).toBe('[stack]')
    expect(seen).toContain('stackTrace')
  })

  test.each([{ enabled: 1 }, { redact: 'x' }, { collectStackTrace: null, traceAsyncTasks: 'no' }])(
    'refuse %j',
    (options) => {
      expect(() => new Profiler(options as object)).toThrow(
        expect.objectContaining({ code: 'MTAIO_OPTION_INVALID' }),
      )
    },
  )
})

describe('caps', () => {
  test('100,000 traces that are never ended are bounded and counted', () => {
    const profiler = new Profiler()
    for (let i = 0; i < 100_000; i++) profiler.startTrace('open')
    const { maxOpenTraces } = profiler.limitsUsed()
    expect(maxOpenTraces).toEqual({ limit: 10_000, used: 10_000, cut: 90_000 })
    expect(profiler.getProfile().traces).toHaveLength(10_000)
  })

  test('an evicted trace that ends after all is counted and kept', () => {
    const profiler = new Profiler({ limits: { maxOpenTraces: 1 } })
    const evicted = profiler.startTrace('evicted')
    profiler.startTrace('open')
    profiler.endTrace(evicted)
    expect(profiler.getProfile().getMetrics('evicted').callCount).toBe(1)
    expect(profiler.limitsUsed().maxOpenTraces).toEqual({ limit: 1, used: 1, cut: 1 })
    expect(named(profiler, 'open')).toHaveLength(1)
  })

  test('a million spans in one trace are bounded, counted and all in the figures', () => {
    const profiler = new Profiler()
    profiler.traceContext('root', () => {
      for (let i = 0; i < 1_000_000; i++) profiler.traceContext('span', noop)
    })
    const profile = profiler.getProfile()
    expect(profile.traces).toHaveLength(501)
    expect(profile.traces[0]!.droppedSpans).toBe(999_500)
    expect(profile.getMetrics('span').callCount).toBe(1_000_000)
    expect(profiler.limitsUsed().maxSpansPerTrace).toEqual({ limit: 500, used: 500, cut: 999_500 })
  }, 60_000)

  test('options of an unknown name and of a wrong value are refused', () => {
    const refusal = (options: object) => () => new Profiler(options)
    expect(refusal({ traceAsync: true })).toThrow(/no option traceAsync/)
    expect(refusal({ collectStackTrace: 'yes' })).toThrow(/collectStackTrace must be true or false/)
  })

  test('names over the cap are counted as (other)', () => {
    const profiler = new Profiler({ limits: { maxOperations: 3 } })
    for (let i = 0; i < 10; i++) profiler.traceContext(`name ${i}`, noop)
    const profile = profiler.getProfile()
    expect([...profile.operations.keys()]).toEqual(['name 0', 'name 1', 'name 2', '(other)'])
    expect(profile.getMetrics('(other)').callCount).toBe(7)
    expect(profile.getMetrics().callCount).toBe(10)
    expect(profiler.limitsUsed().maxOperations).toEqual({ limit: 3, used: 3, cut: 7 })
  })

  test('long names are cut, and names that are no text do no harm', () => {
    const profiler = new Profiler({ limits: { maxLabelLength: 5 } })
    profiler.traceContext('abcdefgh', noop)
    profiler.traceContext(Symbol('s') as unknown as string, noop)
    expect([...profiler.getProfile().operations.keys()]).toEqual(['abcde', 'symbo'])
  })
})

function noop(): void {}
