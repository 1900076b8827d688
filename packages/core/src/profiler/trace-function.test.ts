import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ProfileTrace } from './profile-trace.ts'
import { Profiler } from './profiler.ts'

const profiler = new Profiler()
const calls = (name: string): number => profiler.getProfile().getMetrics(name).callCount
const errors = (name: string): number => profiler.getProfile().getMetrics(name).errorCount

describe('a traced function', () => {
  test('takes this and arguments, returns and has the name and length of the original', () => {
    function add(this: { base: number }, a: number, b: number): number {
      return this.base + a + b
    }
    const traced = profiler.trace(add)
    expect(traced.call({ base: 1 }, 2, 3)).toBe(6)
    expect(traced.name).toBe('add')
    expect(traced.length).toBe(2)
    expect(calls('add')).toBe(1)
  })

  test('may be traced by a name of its own, by options first or last', () => {
    profiler.trace(() => 1, { name: 'last' })()
    profiler.trace({ name: 'first' })(() => 1)()
    profiler.trace({})(function own() {})()
    profiler.trace()(function none() {})()
    expect(['last', 'first', 'own', 'none'].map(calls)).toEqual([1, 1, 1, 1])
  })

  test('may be traced by an unbound trace', () => {
    const { trace } = profiler
    trace(function unbound() {})()
    expect(calls('unbound')).toBe(1)
  })

  test('throws what the original throws, whatever that is', () => {
    const proxy = new Proxy(
      {},
      {
        get() {
          throw new Error('trap')
        },
        getPrototypeOf() {
          throw new Error('trap')
        },
      },
    )
    for (const thrown of [new Error('e'), null, undefined, 'text', 0, Object.freeze({}), proxy]) {
      const fail = profiler.trace(
        () => {
          throw thrown
        },
        { name: 'fail' },
      )
      const before = errors('fail')
      let caught: unknown = 'nothing'
      try {
        fail()
      } catch (error) {
        caught = error
      }
      expect(caught === thrown).toBe(true)
      expect(errors('fail')).toBe(before + 1)
    }
  })

  test('is an async function when the original is one', async () => {
    const load = profiler.trace(async (ms: number) => {
      await sleep(ms)
      return 'loaded'
    })
    expect(await load(10)).toBe('loaded')
    expect(profiler.getProfile().getMetrics('(anonymous)').maxTime).toBeGreaterThan(0.008)
    expect(Object.prototype.toString.call(load)).toBe('[object AsyncFunction]')
  })

  test('passes what is attached to it, its prototype and new', () => {
    class Point {
      static readonly origin = 'O'
      readonly x: number
      constructor(x: number) {
        this.x = x
      }
    }
    const traced = profiler.trace(Point as unknown as () => void) as unknown as typeof Point
    const point = new traced(3)
    expect(point).toBeInstanceOf(Point)
    expect(point).toBeInstanceOf(traced)
    expect(point.x).toBe(3)
    expect(traced.origin).toBe('O')
    class Point3 extends traced {}
    expect(new Point3(1)).toBeInstanceOf(Point3)
  })

  test('is nothing but a function', () => {
    for (const wrong of [undefined, null, 1, 'text']) {
      expect(() => profiler.trace(wrong as never)).toThrow(/functions and methods/)
    }
    expect(() => profiler.trace({})(5 as never)).toThrow(/functions and methods/)
  })
})

describe('a generator function in traceContext', () => {
  test('is given its trace and has its metadata, to its last step', () => {
    const profiler = new Profiler()
    const generator = profiler.traceContext(
      'rows',
      function* (trace: ProfileTrace) {
        trace.addMetadata({ first: 1 })
        yield 1
        profiler.traceContext('inside', () => {})
        yield 2
      },
      { file: 'f' },
    )
    expect([...generator]).toEqual([1, 2])
    const { traces } = profiler.getProfile()
    const rows = traces.find(({ name }) => name === 'rows')
    expect(rows?.metadata).toEqual({ file: 'f', first: 1 })
    expect(rows?.isOpen).toBe(false)
    expect(rows?.spans?.map(({ name }) => name)).toEqual(['inside'])
  })

  test('is as without a profiler when that is disabled', () => {
    const profiler = new Profiler({ enabled: false })
    const generator = profiler.traceContext('rows', function* () {
      yield 1
    })
    expect([...generator]).toEqual([1])
  })
})

describe('a traced generator function', () => {
  const count = profiler.trace(function* count(n: number): Generator<number, string, undefined> {
    for (let i = 0; i < n; i++) yield i
    return 'end'
  })

  test('yields and returns the same, by the same object', () => {
    const generator = count(3)
    expect(generator).toBeInstanceOf(count)
    expect(Object.keys(generator)).toEqual([])
    expect(generator[Symbol.iterator]()).toBe(generator)
    expect([...generator]).toEqual([0, 1, 2])
    expect(generator.next()).toEqual({ done: true, value: undefined })
    expect(calls('count')).toBe(1)
  })

  test('is traced from its first step to its end, also by return and throw', () => {
    const before = calls('count')
    count(2)
    expect(calls('count')).toBe(before)
    const left = count(5)
    for (const value of left) if (value === 1) break
    expect(calls('count')).toBe(before + 1)
    const failed = count(5)
    failed.next()
    expect(() => failed.throw(new Error('stop'))).toThrow('stop')
    expect(calls('count')).toBe(before + 2)
    expect(errors('count')).toBe(1)
  })

  test('receives what is sent into it', () => {
    const echo = profiler.trace(function* echo(): Generator<string, void, string> {
      let text = 'first'
      for (;;) text = yield text
    })()
    echo.next()
    expect(echo.next('second').value).toBe('second')
  })

  test('that is asynchronous keeps its trace where it is iterated elsewhere', async () => {
    const seen: (string | null | undefined)[] = []
    const pages = profiler.trace(async function* pages(): AsyncGenerator<number, void, void> {
      for (let i = 0; i < 3; i++) {
        seen.push(profiler.currentTrace?.name)
        await sleep(1)
        seen.push(profiler.currentTrace?.name)
        yield i
      }
    })
    const iterator = profiler.traceContext('maker', () => pages())
    await profiler.traceContext('reader', async () => {
      for await (const page of iterator) seen.push(`${profiler.currentTrace?.name} ${page}`)
    })
    expect(seen).toEqual([0, 1, 2].flatMap((page) => ['pages', 'pages', `reader ${page}`]))
    expect(calls('pages')).toBe(1)
  })

  test('that is asynchronous and fails is an error, thrown on', async () => {
    const broken = profiler.trace(async function* broken(): AsyncGenerator<number> {
      yield 1
      throw new Error('broken')
    })
    const read = async (): Promise<void> => {
      for await (const _ of broken());
    }
    await expect(read()).rejects.toThrow('broken')
    expect(errors('broken')).toBe(1)
  })
})
