import type { AnyFunction } from './function-types.ts'

/**
 * Makes a function that looks like another one and calls `call` instead of it. `new` is passed on
 * to the original.
 */
export function wrapFunction(
  fn: AnyFunction,
  call: (thisArg: unknown, args: unknown[], wrapper: Function) => unknown,
): AnyFunction {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return call(this, args, wrapper)
    return Reflect.construct(fn, args, new.target === wrapper ? fn : new.target) as unknown
  }
  copyProperty(fn, wrapper, 'name')
  copyProperty(fn, wrapper, 'length')
  wrapper.prototype = (fn as { prototype?: unknown }).prototype
  // What was attached to the original is found on the wrapper, also what reflect-metadata holds
  // (it looks up the prototypes), which the other decorators of a NestJS handler have put there.
  Object.setPrototypeOf(wrapper, fn)
  return wrapper
}

function copyProperty(from: AnyFunction, to: object, key: 'name' | 'length'): void {
  const descriptor = Object.getOwnPropertyDescriptor(from, key)
  if (descriptor !== undefined)
    Object.defineProperty(to, key, { ...descriptor, configurable: true })
}
