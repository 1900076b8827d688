import { types } from 'node:util'
import { MtaioError } from '../errors.ts'
import type { AnyFunction } from './function-types.ts'

/** Options of {@link TraceFunction}. */
export interface TraceOptions {
  /** The name of the operation. @default the name of the function */
  readonly name?: string
}

/** What `trace({ name })` and `trace()` return: a wrapper, and a decorator of either kind. */
export interface TraceDecorator {
  <F extends AnyFunction>(fn: F): F
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F
  <F>(field: undefined, context: ClassFieldDecoratorContext): (value: F) => F
  <F>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>
}

/**
 * Traces every call of a function. The wrapper takes the same `this` and arguments, returns and
 * throws the same, and has the same name and length.
 *
 * @example
 * const load = profiler.trace(async function load(id) { … })
 * const save = profiler.trace(saveUser, { name: 'save user' })
 * class Users {
 *   \@profiler.trace
 *   async find(id) { … }
 *   \@profiler.trace({ name: 'remove user' })
 *   async remove(id) { … }
 * }
 */
export interface TraceFunction extends TraceDecorator {
  <F extends AnyFunction>(fn: F, options: TraceOptions): F
  (options?: TraceOptions): TraceDecorator
}

type Wrap = (fn: AnyFunction, name: string | undefined) => AnyFunction

/** Makes `profiler.trace` of the one thing that it does, whichever way it is called. */
export function createTraceFunction(wrap: Wrap): TraceFunction {
  const apply = (args: readonly unknown[], name: string | undefined): unknown => {
    const [target, second, descriptor] = args
    if (isContext(second)) return decorate(target, second, name)
    if (typeof second === 'string' || typeof second === 'symbol') {
      return decorateProperty(descriptor, name)
    }
    if (typeof target === 'function') return wrap(target as AnyFunction, name)
    throw notAFunction(target)
  }

  /** Decorators as in ECMAScript: https://github.com/tc39/proposal-decorators */
  const decorate = (target: unknown, { kind }: DecoratorContext, name?: string): unknown => {
    if (kind === 'field') {
      return (value: unknown) =>
        typeof value === 'function' ? wrap(value as AnyFunction, name) : value
    }
    if (typeof target !== 'function' || kind === 'class') throw notAFunction(kind)
    return wrap(target as AnyFunction, name)
  }

  /** Decorators of TypeScript's `experimentalDecorators`. */
  const decorateProperty = (descriptor: unknown, name?: string): unknown => {
    const { value } = (descriptor ?? {}) as PropertyDescriptor
    if (typeof value !== 'function') throw notAFunction('property')
    return { ...(descriptor as object), value: wrap(value as AnyFunction, name) }
  }

  const trace = (...args: unknown[]): unknown => {
    const [first, second] = args.length === 0 ? [{}] : args
    if (args.length < 2 && isOptions(first)) {
      const { name } = first
      return (...later: unknown[]) => apply(later, name)
    }
    return isOptions(second) && !isContext(second)
      ? apply([first], second.name)
      : apply(args, undefined)
  }
  return trace as TraceFunction
}

interface DecoratorContext {
  readonly kind: string
}

function isOptions(value: unknown): value is TraceOptions {
  return typeof value === 'object' && value !== null && !types.isProxy(value)
}

function isContext(value: unknown): value is DecoratorContext {
  return isOptions(value) && 'kind' in value && 'addInitializer' in value
}

function notAFunction(given: unknown): MtaioError {
  const what = typeof given === 'string' ? given : typeof given
  return new MtaioError(
    'MTAIO_OPTION_INVALID',
    `profiler.trace can trace functions and methods, not a ${what}.`,
  )
}
