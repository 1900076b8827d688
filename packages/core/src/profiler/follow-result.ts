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

/** What watches one thenable, however often it is returned: a client that is made once, say. */
interface Watch {
  /** What stands in the place of its `then`. */
  readonly watched: AnyFunction
  /** Those that have not been told yet, in the order in which it was returned to them. */
  readonly waiting: Set<Follower>
}

const watches = new WeakMap<object, Watch>()

/** Of a thenable that is returned again and again and that nobody waits for. */
const MAX_WAITING = 100

/** @returns false when it is no thenable, or does not let itself be watched. */
function watchThen(thenable: object, follower: Follower): boolean {
  try {
    const then: unknown = Reflect.get(thenable, 'then')
    if (typeof then !== 'function') return false
    const known = watches.get(thenable)
    if (known !== undefined && known.watched === then) {
      if (known.waiting.size >= MAX_WAITING) return false
      known.waiting.add(follower)
      return true
    }
    const watch = watchOf(then as AnyFunction, follower)
    // oxlint-disable-next-line unicorn/no-thenable -- it has one already
    const isWatched = Reflect.defineProperty(thenable, 'then', {
      value: watch.watched,
      configurable: true,
      enumerable: Object.prototype.propertyIsEnumerable.call(thenable, 'then'),
      writable: true,
    })
    if (isWatched) watches.set(thenable, watch)
    return isWatched
  } catch {
    return false // The getter of `then` threw. It will throw again when the app asks.
  }
}

function watchOf(then: AnyFunction, first: Follower): Watch {
  const waiting = new Set([first])
  const watched = function (
    this: unknown,
    onFulfilled?: unknown,
    onRejected?: unknown,
    ...rest: unknown[]
  ): unknown {
    const told = [...waiting]
    const latest = told.at(-1)
    if (latest === undefined)
      return then.call(this, ...([onFulfilled, onRejected, ...rest] as never[]))
    const end = (tell: (follower: Follower) => void): void => {
      for (const follower of told) if (waiting.delete(follower)) tell(follower)
    }
    const fulfilled = (value: unknown): unknown => {
      end((follower) => follower.done())
      return typeof onFulfilled === 'function' ? onFulfilled(value) : value
    }
    const rejected = (error: unknown): unknown => {
      end((follower) => follower.failed(error))
      if (typeof onRejected === 'function') return onRejected(error)
      throw error
    }
    return latest.run(then, this, [fulfilled, rejected, ...rest])
  }
  return { watched, waiting }
}
