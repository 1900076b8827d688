import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clock } from '../clock.ts'
import { Profiler } from './profiler.ts'

const FORMAT_MS = 100
const FORMAT_BYTES = 20_000_000

/** What the stacks of errors are made of here, as with source maps: slow, and not small. */
const formatted: Buffer[] = []
const { prepareStackTrace } = Error

beforeEach(() => {
  Error.prepareStackTrace = (error) => {
    const untilMs = clock.now() + FORMAT_MS
    while (clock.now() < untilMs);
    formatted.push(Buffer.alloc(FORMAT_BYTES))
    return `${error.name}: formatted`
  }
})

afterEach(() => {
  Error.prepareStackTrace = prepareStackTrace
  formatted.length = 0
})

const profiler = new Profiler()
const fail = (): never => {
  throw new Error('fails')
}

describe('a trace that fails at once is timed before its error is described:', () => {
  test.each<[string, () => unknown]>([
    ['a function that throws', () => profiler.traceContext('fails', fail)],
    ['a traced function that throws', profiler.trace(fail, { name: 'fails' })],
    ['a promise', () => profiler.traceContext('fails', async () => fail())],
    [
      'a thenable',
      () =>
        profiler.traceContext('fails', () => ({
          // oxlint-disable-next-line unicorn/no-thenable -- as query builders are
          then: (_: unknown, reject: (error: Error) => void) => reject(new Error('fails')),
        })),
    ],
    [
      'a generator',
      () => [
        ...profiler.traceContext('fails', function* () {
          yield fail()
        }),
      ],
    ],
    [
      'an async generator',
      () =>
        profiler
          .traceContext('fails', async function* () {
            yield fail()
          })
          .next(),
    ],
    [
      'a block',
      () => {
        const trace = profiler.traceContext('fails')
        trace.setError(new Error('fails'))
        trace[Symbol.dispose]()
      },
    ],
    [
      'what startTrace began',
      () => profiler.endTrace(profiler.startTrace('fails').setError(new Error('fails'))),
    ],
  ])('%s', async (_, act) => {
    const { length } = profiler.getProfile().traces
    await Promise.resolve()
      .then(act)
      .catch(() => {})
    const [trace] = profiler.getProfile().traces.slice(length)
    expect(trace!.isOpen).toBe(false)
    expect(trace!.error).toEqual({ name: 'Error', message: 'fails', stack: 'Error: formatted' })
    expect(trace!.duration).toBeLessThan(FORMAT_MS / 2000)
    expect(trace!.memoryDelta).toBeLessThan(FORMAT_BYTES / 2)
    expect(formatted).toHaveLength(1)
  })
})

describe('the error of a trace', () => {
  test('is there while the trace is open, and can be replaced', () => {
    const trace = profiler.startTrace('open').setError('first')
    expect(trace.toJSON().error?.message).toBe('first')
    expect(trace.setError('second').error?.message).toBe('second')
    profiler.endTrace(trace)
    expect(trace.error?.message).toBe('second')
    expect(trace.setError('late').error?.message).toBe('late')
  })

  test('is described when the code that set it has returned, and not held on to', async () => {
    const trace = profiler.startTrace('open').setError(new Error('open'))
    expect(formatted).toHaveLength(0)
    await Promise.resolve()
    expect(formatted).toHaveLength(1)
    expect(trace.isOpen).toBe(true)
  })
})
