import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMtaio, MtaioError, Profiler, ResourceMonitor, type Mtaio } from '@mtaio/core'

const RUNS = Number(process.env['MTAIO_FUZZ_RUNS'] ?? 300)
const SEED = 20_261_122

const OPTIONS = [
  ...['enabled', 'path', 'slowRequest', 'maxAge', 'ignore', 'keepPaths', 'interval', 'historySize'],
  ...['thresholds', 'source', 'limits', 'logger', 'traceAsyncTasks', 'collectStackTrace', 'redact'],
  ...['authorize', 'token', 'allowedHosts', 'publicHealth'],
]

/** Values that are no text when they should be one, and all that JavaScript has beside. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      undefined,
      null,
      NaN,
      Infinity,
      -0,
      -1,
      0,
      1,
      1e308,
      2 ** 53,
      10n,
      '',
      '1',
      '/x',
      '80',
      true,
    ],
    ...[Symbol('s'), () => true, Object.create(null), [], [null], [Symbol('s')], new Date(NaN)],
    ...[
      { value: 1 },
      { cpu_usage: 80 },
      { cpu_usage: { value: 80, for: 1 } },
      { warn() {}, error() {} },
    ],
    ...[
      { cpu_usage: null },
      { cpu_usage: { value: Symbol('v') } },
      { maxRoutes: 10 },
      { maxRoutes: '10' },
    ],
    ...[
      'procfs',
      'auto',
      ['localhost'],
      ['/health'],
      new Map(),
      Object.freeze({}),
      new Proxy({}, {}),
    ],
  ),
  fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true }),
)

const optionObject = fc.oneof(
  { weight: 8, arbitrary: fc.dictionary(fc.constantFrom(...OPTIONS), anything, { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), anything, { maxKeys: 3 }) },
  { weight: 1, arbitrary: anything },
)

/** Works, or fails with an error that says what to do. */
function expectClear(make: () => unknown): void {
  try {
    make()
  } catch (error) {
    if (!(error instanceof MtaioError)) throw error
    expect(error.code).toMatch(/^MTAIO_[A-Z_]+$/)
    expect(error.message).toMatch(/^.{15,2000}\.$/s)
  }
}

const property = (arbitrary: fc.Arbitrary<any>, check: (given: any) => void): void => {
  fc.assert(fc.property(arbitrary, check), { seed: SEED, numRuns: RUNS })
}

describe('whatever is given as options, it works or an MtaioError says what to do', () => {
  it('of createMtaio', () => {
    property(optionObject, (options) => expectClear(() => createMtaio(options)))
  })

  it('of a monitor and of a profiler', () => {
    property(optionObject, (options) => expectClear(() => new ResourceMonitor(options)))
    property(optionObject, (options) => expectClear(() => new Profiler(options)))
  })

  it('each option with each value', () => {
    for (const name of OPTIONS) {
      property(anything, (value) => expectClear(() => createMtaio({ [name]: value })))
    }
  })

  it('an option that is not what it must be is never taken for something else', () => {
    const wrong: Record<string, unknown[]> = {
      thresholds: [5, 'abc', true, [80], () => 80],
      limits: [5, 'abc', true, [80], null, () => 80],
      allowedHosts: ['localhost', { 0: 'a' }],
      source: [null, {}, 'proc'],
      redact: ['x', {}, null],
      logger: [{}, null, 'x'],
      traceAsyncTasks: ['yes', 1],
    }
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        expect(() => createMtaio({ [name]: value }), `${name}: ${String(value)}`).toThrow(
          MtaioError,
        )
      }
    }
  })
})

describe('whatever an app records', () => {
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then'),
    fc.string({ unit: 'binary' }),
    anything,
  )
  const labels = fc.oneof(
    fc.constant(undefined),
    fc.dictionary(fc.oneof(fc.constantFrom('__proto__', 'le', 'quantile'), fc.string()), anything),
    anything,
  )
  const value = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0, -1), anything)

  it('works or is refused with an MtaioError, counts what it refused, and leaves prototypes alone', async () => {
    const lines: string[] = []
    const log = (line: string): void => void lines.push(line)
    const mtaio = createMtaio({
      logger: { warn: log, error: log },
      limits: { maxMetrics: 50, maxSeriesPerMetric: 20 },
    })
    const { monitor } = mtaio
    let recorded = 0
    const prototype = Object.getOwnPropertyNames(Object.prototype).toSorted()
    property(fc.tuple(name, labels, value), ([metric, given, figure]) => {
      expectClear(() => {
        monitor.recordMetric(metric, figure, given)
        recorded++
      })
      expectClear(() => monitor.alert(metric, figure, given))
      expectClear(() => monitor.recordMetrics(given))
    })
    const { metricStore } = monitor
    let counted = 0
    for (const metric of metricStore.metrics()) {
      for (const series of metric.series()) {
        const { count } = series.values.total()
        let inBuckets = 0
        for (const bucket of series.values.total().buckets()) inBuckets += bucket.count
        expect(inBuckets).toBe(count)
        counted += count
      }
    }
    expect(counted + metricStore.refused).toBeGreaterThanOrEqual(recorded)
    expect(metricStore.refused).toBeGreaterThan(10)
    expect(metricStore.metricCount).toBeLessThanOrEqual(51)
    expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(lines.every((line) => !/\p{Cc}/u.test(line))).toBe(true)
    await expectReadable(mtaio)
  })

  it('thresholds work or are refused with an MtaioError', async () => {
    const mtaio = createMtaio()
    const { monitor } = mtaio
    property(fc.tuple(name, value, anything), ([metric, limit, options]) => {
      expectClear(() => monitor.setThreshold(metric, limit, options))
      expectClear(() => monitor.recordMetric(metric, 1e300))
      for (const { value: set, clearBelow } of monitor.alerts.thresholds()) {
        expect(Number.isFinite(set) && clearBelow <= set).toBe(true)
      }
      expectClear(() => monitor.removeThreshold(metric))
    })
    expect(monitor.alerts.past().length).toBeGreaterThan(10)
    await expectReadable(mtaio)
  })

  it('as spans, metadata and errors never throws into the app', async () => {
    const mtaio = createMtaio()
    const { profiler } = mtaio
    property(fc.tuple(name, anything, anything), ([span, metadata, thrown]) => {
      const trace = profiler.startTrace(span, { metadata })
      trace.addMetadata(metadata)
      trace.setError(thrown)
      profiler.endTrace(trace)
      const failing = () =>
        profiler.traceContext(span, () => {
          throw thrown
        })
      let caught: unknown = failing
      try {
        failing()
      } catch (error) {
        caught = error
      }
      expect(Object.is(caught, thrown)).toBe(true)
    })
    await expectReadable(mtaio)
  })
})

/** All that is shown of it is well-formed. */
async function expectReadable({ profiler, monitor }: Mtaio): Promise<void> {
  for (const format of ['json', 'chrome-trace'] as const) {
    expect(() => JSON.parse(profiler.exportProfile(format)) as unknown).not.toThrow()
  }
  expect(() => JSON.stringify(monitor.alerts.past())).not.toThrow()
  await monitor.stop()
}
