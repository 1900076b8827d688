import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { ProfileTrace } from './profile-trace.ts'
import { Profiler } from './profiler.ts'

const sharedKey = Symbol.for('mtaio.trace-context.4')
const tree = (profiler: Profiler): Record<string, string | undefined> => {
  const { traces } = profiler.getProfile()
  const nameOf = new Map(traces.map(({ id, name }) => [id, name]))
  return Object.fromEntries(traces.map((t) => [t.name, nameOf.get(t.parentId ?? '')]))
}

describe('nesting', () => {
  test('1,000 operations that overlap are 1,000 traces, each below its own parent', async () => {
    const profiler = new Profiler()
    const child = profiler.trace(async (i: number) => sleep(i % 7), { name: 'child' })
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        profiler.traceContext(`parent ${i}`, async (trace) => {
          await sleep(i % 5)
          await child(i)
          const { spans } = trace
          expect(spans!.map(({ parentId }) => parentId)).toEqual([trace.id])
        }),
      ),
    )
    const { traces } = profiler.getProfile()
    expect(traces).toHaveLength(2000)
    expect(new Set(traces.map(({ id }) => id)).size).toBe(2000)
    expect(traces.every(({ isOpen }) => !isOpen)).toBe(true)
    expect(profiler.getProfile().getMetrics('child').callCount).toBe(1000)
  })

  test('random trees of overlapping operations come out as they were made', async () => {
    interface Node {
      readonly wait: number
      readonly parallel: boolean
      readonly form: 'callback' | 'wrapper' | 'using'
      readonly children: readonly Node[]
    }
    const nodeWith = (children: fc.Arbitrary<readonly Node[]>): fc.Arbitrary<Node> =>
      fc.record({
        wait: fc.nat(2),
        parallel: fc.boolean(),
        form: fc.constantFrom('callback', 'wrapper', 'using'),
        children,
      })
    const node: fc.Memo<Node> = fc.memo((depth) =>
      nodeWith(depth > 1 ? fc.array(node(depth - 1), { maxLength: 3 }) : fc.constant([])),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(node(4), { minLength: 1, maxLength: 4 }), async (roots) => {
        const profiler = new Profiler()
        const expected: Record<string, string | undefined> = {}
        let number = 0
        const below = async (nodes: readonly Node[], parallel: boolean, parent?: string) => {
          const running: Promise<void>[] = []
          for (const one of nodes) {
            const promise = run(one, parent)
            running.push(promise)
            if (!parallel) await promise
          }
          await Promise.all(running)
        }
        const run = async (one: Node, parent: string | undefined): Promise<void> => {
          const name = String(number++)
          expected[name] = parent
          const body = async (): Promise<void> => {
            if (one.wait > 0) await sleep(one.wait)
            await below(one.children, one.parallel, name)
          }
          if (one.form === 'callback') return profiler.traceContext(name, body)
          if (one.form === 'wrapper') return profiler.trace(body, { name })()
          await using _ = profiler.traceContext(name)
          await body()
        }
        await below(roots, true)
        expect(tree(profiler)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test('goes to the next open trace around when work outlives its own', async () => {
    const profiler = new Profiler()
    await profiler.traceContext('request', async () => {
      let late!: Promise<void>
      profiler.traceContext('starts late work', () => {
        late = sleep(5).then(() => profiler.traceContext('late work', () => {}))
      })
      await late
    })
    expect(tree(profiler)['late work']).toBe('request')
  })

  test('of two profilers is apart', () => {
    const [one, two] = [new Profiler(), new Profiler()]
    one.traceContext('a', () => {
      two.traceContext('b', () => {
        expect(one.currentTrace?.name).toBe('a')
        expect(two.currentTrace?.name).toBe('b')
        one.traceContext('c', () => {})
      })
    })
    expect(tree(one)).toEqual({ a: undefined, c: 'a' })
    expect(tree(two)).toEqual({ b: undefined })
  })

  test('is one in two copies of the package', async () => {
    vi.resetModules()
    const copy = await import('./trace-context.ts')
    const original = await vi.importActual<typeof copy>('./trace-context.ts')
    const profiler = new Profiler()
    expect(Object.hasOwn(globalThis, sharedKey)).toBe(true)
    profiler.traceContext('a', () => {
      const scope = copy.traceContext.current()
      expect(scope?.trace).toBe(profiler.currentTrace)
      expect(original.traceContext.current()).toBe(scope)
    })
  })
})

describe('bind', () => {
  test('keeps the trace of who binds, not of who calls', () => {
    const profiler = new Profiler()
    const emitter = new EventEmitter()
    const seen: (string | undefined)[] = []
    const listen = (): void => void seen.push(profiler.currentTrace?.name)
    profiler.traceContext('listener', () => {
      emitter.on('data', profiler.bind(listen))
      emitter.on('data', listen)
      profiler.traceContext('emitter', () => emitter.emit('data'))
    })
    expect(seen).toEqual(['listener', 'emitter'])
  })

  test('outside of any trace keeps that', () => {
    const profiler = new Profiler()
    const bound = profiler.bind(() => profiler.currentTrace)
    expect(profiler.traceContext('a', bound)).toBeNull()
  })

  test('keeps this, arguments, name and length', () => {
    const bound = new Profiler().bind(function named(this: unknown, a: number, b: number) {
      return [this, a, b]
    })
    expect(bound.call('self', 1, 2)).toEqual(['self', 1, 2])
    expect([bound.name, bound.length]).toEqual(['named', 2])
  })
})

describe('with traceAsyncTasks: false', () => {
  test('synchronous calls nest, and what follows an await begins anew', async () => {
    const profiler = new Profiler({ traceAsyncTasks: false })
    await profiler.traceContext('a', async () => {
      profiler.traceContext('b', () => profiler.traceContext('c', () => {}))
      await sleep(1)
      expect(profiler.currentTrace).toBeNull()
      profiler.traceContext('d', () => {})
    })
    expect(tree(profiler)).toEqual({ a: undefined, b: 'a', c: 'b', d: undefined })
  })

  test('a declaration is left when its function first returns', async () => {
    const profiler = new Profiler({ traceAsyncTasks: false })
    const declare = async (): Promise<void> => {
      await using _ = profiler.traceContext('a')
      profiler.traceContext('b', () => {})
      await sleep(5)
      profiler.traceContext('c', () => {})
    }
    const done = declare()
    profiler.traceContext('d', () => {})
    await sleep(1)
    profiler.traceContext('e', () => {})
    await done
    expect(tree(profiler)).toEqual({
      a: undefined,
      b: 'a',
      c: undefined,
      d: undefined,
      e: undefined,
    })
  })

  test('the async context is not entered', () => {
    const profiler = new Profiler({ traceAsyncTasks: false })
    const { storage } = (globalThis as never)[sharedKey] as {
      storage: { getStore(): unknown }
    }
    profiler.traceContext('a', () => expect(storage.getStore()).toBeUndefined())
  })
})

// The context of a process, and that of a profiler which follows synchronous calls only.
describe.each([true, false])('the context, with traceAsyncTasks: %s', (traceAsyncTasks) => {
  const fresh = async () => {
    vi.resetModules()
    Reflect.deleteProperty(globalThis, sharedKey)
    const module = await import('./profiler.ts')
    const profiler = new module.Profiler({ traceAsyncTasks })
    return { use: profiler.context.use, profiler }
  }
  const scopeSeen = (profiler: Profiler, trace: ProfileTrace): boolean =>
    profiler.runIn(trace, () => profiler.context.current() !== null, undefined, []) === true

  test('is entered at first, not after 1,000 requests without a reader', async () => {
    const { use, profiler } = await fresh()
    // As a request does it: without a call of the profiler, which would be its first use.
    const root = (): ProfileTrace => new ProfileTrace('request', 0, 0, profiler.sanitizer)
    expect(scopeSeen(profiler, root())).toBe(true)
    use.relax(5)
    use.relax(994)
    expect(use.armed).toBe(true)
    use.relax(1)
    expect(use.armed).toBe(false)
    expect(scopeSeen(profiler, root())).toBe(false)
  })

  test('is entered in production from when a profiler is asked for', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { use } = await fresh()
    vi.unstubAllEnvs()
    use.relax(5000)
    expect(use.armed).toBe(false)
    use.offer()
    expect(use.armed).toBe(true)
    // Of several instances, each of which counts its own.
    for (const served of [600, 399]) use.relax(served)
    expect(use.armed).toBe(true)
    use.relax(1)
    expect(use.armed).toBe(false)
    use.offer()
    expect(use.armed).toBe(false)
  })

  test.each([
    ['trace', (p: Profiler) => void p.trace(() => {})],
    ['traceContext', (p: Profiler) => p.traceContext('x', () => {})],
    ['startTrace', (p: Profiler) => void p.startTrace('x')],
    ['currentTrace', (p: Profiler) => void p.currentTrace],
    ['bind', (p: Profiler) => void p.bind(() => {})],
  ])('is entered for good from the first use of %s', async (_, call) => {
    const { use, profiler } = await fresh()
    for (const requests of [0, 1000]) use.relax(requests)
    expect(use.armed).toBe(false)
    call(profiler)
    expect(use.armed).toBe(true)
    use.relax(1_000_000)
    expect(use.armed).toBe(true)
  })
})

describe('memory', () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void

  const collected = async (ref: WeakRef<object>): Promise<boolean> => {
    for (let i = 0; i < 20 && ref.deref() !== undefined; i++) {
      await sleep(2)
      gc()
    }
    return ref.deref() === undefined
  }

  test('a trace is collectable after its end while an interval that it started lives', async () => {
    const profiler = new Profiler({ limits: { maxTraces: 1 } })
    let ticks = 0
    const { ref, interval } = profiler.traceContext('starts an interval', (trace) => ({
      ref: new WeakRef(trace),
      interval: setInterval(() => ticks++, 1),
    }))
    profiler.traceContext('takes its place in the ring', () => {})
    expect(await collected(ref)).toBe(true)
    expect(ticks).toBeGreaterThan(0)
    clearInterval(interval)
  })

  test('a promise that never settles does not keep the trace either', async () => {
    const profiler = new Profiler({ limits: { maxTraces: 1 } })
    const pending: Promise<never>[] = []
    const wait = async (): Promise<void> => {
      pending.push(new Promise(() => {}))
      await Promise.race([pending[0], sleep(1)])
    }
    const ref = await profiler.traceContext('waits', async (trace) => {
      await wait()
      return new WeakRef(trace)
    })
    profiler.traceContext('takes its place in the ring', () => {})
    expect(await collected(ref)).toBe(true)
    expect(pending).toHaveLength(1)
  })

  test('a loop that traces its next round does not grow a chain of scopes', async () => {
    const profiler = new Profiler()
    const depth = (): number => {
      let scope = profiler.currentTrace?.scope ?? null
      let length = 0
      for (; scope !== null; scope = scope.parent) length++
      return length
    }
    const depths: number[] = []
    // Each round overlaps the one before: it is begun inside of it and outlives it.
    const overlapping = (left: number): Promise<void> =>
      new Promise((resolve) => {
        void profiler.traceContext('overlapping', async () => {
          depths.push(depth())
          setTimeout(() => (left > 0 ? resolve(overlapping(left - 1)) : resolve()), 1)
          await sleep(3)
        })
      })
    await overlapping(200)
    expect(Math.max(...depths)).toBeLessThan(100)
  })
})
