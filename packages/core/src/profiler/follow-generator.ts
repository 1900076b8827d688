import { types } from 'node:util'
import { followPromise, type Follower } from './follow-result.ts'
import type { AnyFunction } from './function-types.ts'

const STEPS = ['next', 'return', 'throw'] as const

type Step = (typeof STEPS)[number]
type Steps = Record<Step, AnyFunction>

/**
 * Watches a generator from its first step to its end. Each step runs in the trace, wherever the
 * generator is iterated. The generator itself is returned to the app: only its three methods are
 * covered by own ones.
 *
 * @param begin - Is given the function that the app called for the first step.
 */
export function followGenerator(generator: object, begin: (step: Function) => Follower): void {
  let follower: Follower | null = null
  let ended = false

  const step = (
    own: Function,
    method: AnyFunction,
    self: unknown,
    args: readonly unknown[],
  ): unknown => {
    if (ended) return Reflect.apply(method, self, args)
    const current = (follower ??= begin(own))
    const onResult = (result: unknown): void => {
      if (!(result as IteratorResult<unknown>).done) return
      ended = true
      current.done()
    }
    let result: unknown
    try {
      result = current.run(method, self, args)
    } catch (error) {
      ended = true
      current.failed(error)
      throw error
    }
    if (types.isPromise(result)) return followPromise(result, current, onResult)
    onResult(result)
    return result
  }

  for (const name of STEPS) {
    const method = (generator as Steps)[name]
    const own = function (this: unknown, ...args: unknown[]): unknown {
      return step(own, method, this, args)
    }
    Object.defineProperty(generator, name, { value: own, configurable: true, writable: true })
  }
}
