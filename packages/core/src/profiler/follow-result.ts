import { types } from 'node:util'
import type { AnyFunction } from './function-types.ts'

/** Is told once how an operation ended. */
export interface Follower {
  done(): void
  failed(error: unknown): void
  /** Calls a function in the trace of the operation. */
  run(fn: AnyFunction, thisArg: unknown, args: ArrayLike<unknown>): unknown
}

// Taken once, as apps and their tools may replace it.
const promiseThen = Promise.prototype.then

/**
 * Watches what a traced function returned, and returns what its caller gets.
 *
 * - A plain promise is followed by another one. To watch the first and return it would mark it as
 *   handled, and a rejection that the app forgot would no longer be reported.
 * - Any other thenable is returned itself. Its `then` is watched but never called by us: a query
 *   builder sends its query when it is called, and would send it twice.
 * - All else is an end at once. So are proxies, which answer any question with yes.
 */
export function followResult(result: unknown, follower: Follower): unknown {
  if (isObject(result) && !types.isProxy(result)) {
    if (isPlainPromise(result)) return followPromise(result, follower)
    if (watchThen(result, follower)) return result
  }
  follower.done()
  return result
}

/** The promise that follows a plain promise; what the app attached to that is taken along. */
export function followPromise(
  promise: Promise<unknown>,
  follower: Follower,
  onValue: (value: unknown) => void = () => follower.done(),
): Promise<unknown> {
  const followed = promiseThen.call(
    promise,
    (value) => {
      onValue(value)
      return value
    },
    (error: unknown) => {
      follower.failed(error)
      throw error
    },
  )
  // Not the symbols: Node keeps the promise's own async id and context there.
  for (const key of Object.keys(promise)) {
    Reflect.defineProperty(followed, key, Object.getOwnPropertyDescriptor(promise, key)!)
  }
  return followed
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isPlainPromise(value: object): value is Promise<unknown> {
  return types.isPromise(value) && Object.getPrototypeOf(value) === Promise.prototype
}

/** @returns false when it is no thenable, or does not let itself be watched. */
function watchThen(thenable: object, follower: Follower): boolean {
  try {
    const then: unknown = Reflect.get(thenable, 'then')
    if (typeof then !== 'function') return false
    // oxlint-disable-next-line unicorn/no-thenable -- it has one already
    return Reflect.defineProperty(thenable, 'then', {
      value: watchedThen(then as AnyFunction, follower),
      configurable: true,
      enumerable: Object.prototype.propertyIsEnumerable.call(thenable, 'then'),
      writable: true,
    })
  } catch {
    return false // The getter of `then` threw. It will throw again when the app asks.
  }
}

function watchedThen(then: AnyFunction, follower: Follower): AnyFunction {
  return function (this: unknown, onFulfilled?: unknown, onRejected?: unknown, ...rest: unknown[]) {
    const fulfilled = (value: unknown): unknown => {
      follower.done()
      return typeof onFulfilled === 'function' ? onFulfilled(value) : value
    }
    const rejected = (error: unknown): unknown => {
      follower.failed(error)
      if (typeof onRejected === 'function') return onRejected(error)
      throw error
    }
    return follower.run(then, this, [fulfilled, rejected, ...rest])
  }
}
