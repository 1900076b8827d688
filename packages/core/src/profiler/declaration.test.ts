import { createServer, Agent, get } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Profiler } from './profiler.ts'
import type { ScopedTrace } from './scoped-trace.ts'

const parents = (profiler: Profiler): Record<string, string | undefined> => {
  const { traces } = profiler.getProfile()
  const nameOf = new Map(traces.map(({ id, name }) => [id, name]))
  return Object.fromEntries(traces.map((t) => [t.name, nameOf.get(t.parentId ?? '')]))
}

describe('using', () => {
  test('traces the rest of its block, and what is traced there is a part of it', () => {
    const profiler = new Profiler()
    {
      using outer = profiler.traceContext('outer', { n: 1 })
      using _inner = profiler.traceContext('inner')
      profiler.traceContext('call', () => {})
      outer.addMetadata({ rows: 2 }).setError(new Error('partly'))
    }
    profiler.traceContext('after', () => {})
    expect(parents(profiler)).toEqual({
      outer: undefined,
      inner: 'outer',
      call: 'inner',
      after: undefined,
    })
    const [outer] = profiler.getProfile().traces
    expect(outer!.metadata).toEqual({ n: 1, rows: 2 })
    expect(outer!.error!.message).toBe('partly')
    expect(profiler.getProfile().getMetrics('outer').errorCount).toBe(1)
    expect(profiler.currentTrace).toBeNull()
  })

  test('is ended by an error, too', () => {
    const profiler = new Profiler()
    const fail = (): void => {
      using _ = profiler.traceContext('block')
      throw new Error('thrown')
    }
    expect(fail).toThrow('thrown')
    expect(profiler.getProfile().traces[0]!.isOpen).toBe(false)
    expect(profiler.currentTrace).toBeNull()
  })

  test('may be disposed by hand', () => {
    const profiler = new Profiler()
    const trace = profiler.traceContext('by hand')
    profiler.traceContext('call', () => {})
    trace[Symbol.dispose]()
    trace[Symbol.dispose]()
    profiler.traceContext('after', () => {})
    expect(parents(profiler)).toEqual({ 'by hand': undefined, call: 'by hand', after: undefined })
  })
})

describe('await using', () => {
  const declared = (profiler: Profiler) => async (name: string, ms: number) => {
    await using _ = profiler.traceContext(name)
    profiler.traceContext(`${name} sync`, () => {})
    await sleep(ms)
    profiler.traceContext(`${name} async`, () => {})
    await profiler.traceContext(`${name} deep`, async () => {
      await sleep(1)
      profiler.traceContext(`${name} deeper`, () => {})
    })
  }
  const tree = (name: string, parent?: string): Record<string, string | undefined> => ({
    [name]: parent,
    [`${name} sync`]: name,
    [`${name} async`]: name,
    [`${name} deep`]: name,
    [`${name} deeper`]: `${name} deep`,
  })

  test('traces the block across awaits', async () => {
    const profiler = new Profiler()
    await declared(profiler)('a', 2)
    profiler.traceContext('after', () => {})
    expect(parents(profiler)).toEqual({ ...tree('a'), after: undefined })
  })

  test('does not reach siblings that begin meanwhile', async () => {
    const profiler = new Profiler()
    const run = declared(profiler)
    const other = async (): Promise<void> => {
      profiler.traceContext('other sync', () => {})
      await sleep(1)
    }
    await profiler.traceContext('parent', () =>
      Promise.all([run('a', 5), run('b', 1), other(), run('c', 3)]),
    )
    expect(parents(profiler)).toEqual({
      parent: undefined,
      ...tree('a', 'parent'),
      ...tree('b', 'parent'),
      ...tree('c', 'parent'),
      'other sync': 'parent',
    })
  })

  test('does not reach what the caller does next', async () => {
    const profiler = new Profiler()
    const running = declared(profiler)('a', 5)
    profiler.traceContext('meanwhile', () => {})
    await sleep(1)
    profiler.traceContext('later', () => {})
    await running
    expect(parents(profiler)).toEqual({ ...tree('a'), meanwhile: undefined, later: undefined })
  })

  test('works for a declaration by a helper of the app', async () => {
    const profiler = new Profiler()
    const begin = (name: string): ScopedTrace => profiler.traceContext(name)
    const run = async (name: string): Promise<void> => {
      await using _ = begin(name)
      profiler.traceContext(`${name} sync`, () => {})
      await sleep(1)
      profiler.traceContext(`${name} async`, () => {})
    }
    await Promise.all([run('a'), run('b')])
    expect(parents(profiler)).toEqual({
      a: undefined,
      'a sync': 'a',
      'a async': 'a',
      b: undefined,
      'b sync': 'b',
      'b async': 'b',
    })
  })

  test('may follow an await of the context', async () => {
    const profiler = new Profiler()
    // oxlint-disable-next-line typescript/await-thenable -- as the reference has it
    await using trace = await profiler.traceContext('awaited')
    await sleep(1)
    expect(profiler.currentTrace).toBe(trace)
  })

  test('reaches ticks and microtasks that the block starts', async () => {
    const profiler = new Profiler()
    const seen: (string | undefined)[] = []
    const look = (): void => void seen.push(profiler.currentTrace?.name)
    await using _ = profiler.traceContext('block')
    process.nextTick(look)
    queueMicrotask(look)
    setImmediate(look)
    await sleep(5)
    expect(seen).toEqual(['block', 'block', 'block'])
  })

  test('leaves Error as it was', () => {
    const profiler = new Profiler()
    const { stackTraceLimit, prepareStackTrace } = Error
    using _ = profiler.traceContext('block')
    profiler.startTrace('x')
    expect(Error.stackTraceLimit).toBe(stackTraceLimit)
    expect(Error.prepareStackTrace).toBe(prepareStackTrace)
  })

  test('does not reach the next request of the same connection', async () => {
    const profiler = new Profiler()
    const handle = async (url: string, end: () => void): Promise<void> => {
      await using _ = profiler.traceContext(url)
      await sleep(2)
      profiler.traceContext(`${url} work`, () => {})
      end()
      await sleep(100) // goes on after its response
    }
    const handled: Promise<void>[] = []
    const server = createServer((req, res) => {
      handled.push(handle(req.url!, () => res.end('ok')))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (path: string): Promise<void> =>
      new Promise((resolve, reject) => {
        get({ port, path, agent, host: '127.0.0.1' }, (res) => res.resume().on('end', resolve)).on(
          'error',
          reject,
        )
      })
    await ask('/1')
    await ask('/2')
    const socket = connect(port, '127.0.0.1')
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
    socket.write(request('/3') + request('/4'))
    while (handled.length < 4) await sleep(2)
    await Promise.all(handled)
    socket.destroy()
    agent.destroy()
    server.close()
    expect(parents(profiler)).toEqual(
      Object.fromEntries(
        ['/1', '/2', '/3', '/4'].flatMap((url) => [
          [url, undefined],
          [`${url} work`, url],
        ]),
      ),
    )
  })
})
