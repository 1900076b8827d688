/* oxlint-disable unicorn/no-thenable -- thenables of apps are what this is about */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Profiler } from './profiler.ts'

const profiler = new Profiler()
const metrics = (name: string) => profiler.getProfile().getMetrics(name)

/** Rejections that nothing handled, in the order in which the process reports them. */
async function unhandled(act: () => unknown): Promise<unknown[]> {
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  const reasons: unknown[] = []
  process.on('unhandledRejection', (reason) => reasons.push(reason))
  try {
    act()
    await sleep(5)
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
  return reasons
}

describe('a function that returns a promise', () => {
  const reject = async (): Promise<never> => {
    await sleep(1)
    throw new Error('rejected')
  }

  test('is timed to the end of the promise', async () => {
    await profiler.trace(() => sleep(15), { name: 'promise' })()
    expect(metrics('promise').maxTime).toBeGreaterThan(0.012)
  })

  test('whose rejection is forgotten is reported once, as without us', async () => {
    const error = new Error('forgotten')
    const traced = profiler.trace(() => Promise.reject(error))
    expect(await unhandled(() => void traced())).toEqual([error])
    const inContext = (): void => void profiler.traceContext('x', () => Promise.reject(error))
    expect(await unhandled(inContext)).toEqual([error])
  })

  test('whose rejection is handled is not reported', async () => {
    const traced = profiler.trace(reject, { name: 'handled' })
    expect(await unhandled(() => void traced().catch(() => {}))).toEqual([])
    expect(metrics('handled').errorCount).toBe(1)
  })

  test('gives along what was attached to the promise', async () => {
    const traced = profiler.trace(() => Object.assign(Promise.resolve(1), { cancel: () => 'no' }))
    const promise = traced()
    expect(promise.cancel()).toBe('no')
    expect(await promise).toBe(1)
  })

  test('of a class of its own returns that very promise', async () => {
    class Task extends Promise<number> {}
    const task = Task.resolve(7)
    const traced = profiler.trace(() => task, { name: 'task' })
    expect(traced()).toBe(task)
    expect(metrics('task').callCount).toBe(0)
    expect(await task).toBe(7)
    expect(metrics('task').callCount).toBe(1)
  })
})

describe('a function that returns a thenable', () => {
  class Query {
    sent = 0
    then(resolve: (rows: number) => void, reject?: (error: unknown) => void): void {
      this.sent++
      profiler.startTrace('driver')
      setTimeout(this.sent === 1 ? resolve : reject!, 10, this.sent)
    }
  }

  test('returns it itself, does not send it, and is timed when the app does', async () => {
    const query = new Query()
    const traced = profiler.trace(() => query, { name: 'query' })
    const result = traced()
    expect(result).toBe(query)
    expect(Object.keys(result)).toEqual(['sent'])
    await sleep(2)
    expect(query.sent).toBe(0)
    expect(await result).toBe(1)
    expect(query.sent).toBe(1)
    expect(metrics('query').callCount).toBe(1)
    expect(metrics('query').maxTime).toBeGreaterThan(0.009)
    const traces = profiler.getProfile().traces
    const parent = traces.find(({ name }) => name === 'query')
    expect(traces.find(({ name }) => name === 'driver')!.parentId).toBe(parent!.id)
  })

  test('fails when it does', async () => {
    const failing: PromiseLike<never> = {
      then: (_, reject) => Promise.reject(new Error('no')).then(undefined, reject),
    }
    const traced = profiler.trace(() => failing, { name: 'failing' })
    await expect(Promise.resolve(traced())).rejects.toThrow('no')
    expect(metrics('failing').errorCount).toBe(1)
  })

  test('may be asked without handlers', async () => {
    const eager: PromiseLike<number> = { then: (...args) => Promise.resolve(3).then(...args) }
    expect(await profiler.traceContext('bare', () => eager).then(null)).toBe(3)
    expect(metrics('bare').callCount).toBe(1)
  })

  test('that is returned again and again is watched once, and each call is counted', async () => {
    class Connecting extends Promise<string> {}
    const connected = Connecting.resolve('client')
    const getClient = profiler.trace(() => connected, { name: 'getClient' })
    for (let i = 0; i < 10_000; i++) expect(await getClient()).toBe('client')
    expect(metrics('getClient').callCount).toBe(10_000)
    const together = await Promise.all([getClient(), getClient(), getClient()])
    expect(together).toEqual(['client', 'client', 'client'])
    expect(metrics('getClient').callCount).toBe(10_003)
  })

  test('that nobody waits for piles nothing up', () => {
    const idle = { then: () => {} }
    const ask = profiler.trace(() => idle, { name: 'idle' })
    for (let i = 0; i < 1000; i++) expect(ask()).toBe(idle)
    // A hundred wait; the others have ended at once.
    expect(metrics('idle').callCount).toBe(900)
  })

  test('that cannot be watched ends at once', () => {
    const frozen = Object.freeze({ then: () => {} })
    const proxy = new Proxy({}, { get: () => () => {} })
    const hostile = {
      get then(): never {
        throw new Error('getter')
      },
    }
    for (const value of [frozen, proxy, hostile]) {
      const before = metrics('unwatched').callCount
      expect(profiler.traceContext('unwatched', () => value)).toBe(value)
      expect(metrics('unwatched').callCount).toBe(before + 1)
    }
  })
})
