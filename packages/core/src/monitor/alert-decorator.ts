import type { AlertHandler, AlertHandlers } from './alert-handlers.ts'

/** What both kinds of decorators are called with, or just a handler. */
export type HandlerArguments =
  | readonly [handler: AlertHandler]
  | readonly [method: AlertHandler, context: ClassMethodDecoratorContext]
  | readonly [target: object, key: string | symbol, descriptor: PropertyDescriptor]

/**
 * Registers a handler, given as such or by a decorator on a method:
 *
 * - a standard decorator registers the method of each instance when it is made, with that instance
 *   as `this` (of a static method: the class);
 * - under `experimentalDecorators` a decorator never sees an instance. The method is registered
 *   when the class is defined, and `this` is what TypeScript hands over: the prototype, so that
 *   other methods can be called and fields are undefined (of a static method: the class).
 */
export function registerHandler(handlers: AlertHandlers, given: HandlerArguments): unknown {
  const [first, second, descriptor] = given
  if (typeof second === 'object') {
    const method = first as AlertHandler
    second.addInitializer(function () {
      handlers.add(bound(method, this))
    })
    return undefined
  }
  if (descriptor !== undefined) {
    handlers.add(bound(descriptor.value as AlertHandler, first))
    return undefined
  }
  handlers.add(first as AlertHandler)
  return first
}

/** Binds, and keeps the name for the log. */
function bound(method: AlertHandler, self: unknown): AlertHandler {
  const handler: AlertHandler = (...args) => method.apply(self, args)
  return Object.defineProperty(handler, 'name', { value: method.name })
}
