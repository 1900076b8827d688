// Compiled by the test, once for each kind of decorator.
import type { Profiler } from '@mtaio/core'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The same source for both kinds: what is traced must not depend on the compiler. */
export function decorate(profiler: Profiler) {
  const { trace } = profiler

  class Users {
    readonly prefix = 'user'
    static readonly table = 'users'

    @profiler.trace
    find(id: number): string {
      return `${this.prefix} ${id}`
    }

    @profiler.trace({ name: 'load user' })
    async load(id: number): Promise<string> {
      await sleep(1)
      return this.find(id)
    }

    @trace
    static count(factor: number): string {
      return `${this.table} ${factor}`
    }

    @trace({ name: 'all' })
    *all(): Generator<number, void, void> {
      yield 1
      yield 2
    }

    @trace
    async *pages(last: number): AsyncGenerator<number, void, void> {
      for (let page = 1; page <= last; page++) {
        await sleep(1)
        yield page
      }
    }

    @trace
    fail(): never {
      throw new TypeError('refused')
    }
  }

  /** With `await using` as the compiler writes it for older Nodes. */
  async function declared(name: string): Promise<void> {
    await using _ = profiler.traceContext(name)
    profiler.traceContext(`${name} sync`, () => {})
    await sleep(2)
    profiler.traceContext(`${name} async`, () => {})
  }

  return { Users, declared }
}
