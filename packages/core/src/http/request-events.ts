import { EventEmitter } from 'node:events'
import type { HttpRequest } from './http-adapter.ts'
import { kLifecycle, type Watched } from './message-state.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'

// Those that an app waits for; the others are Node's own, and entering the context costs time.
const FOLLOWED = new Set<unknown>(['data', 'end', 'readable', 'error', 'aborted', 'close'])

const { emit } = EventEmitter.prototype

/**
 * Makes the listeners of a request run in the trace context of the request. Without it they run in
 * the context of the connection, where there is none (https://github.com/nodejs/node/issues/41285),
 * and a handler that reads its body by events would lose its trace.
 */
export function followEvents(req: HttpRequest & Watched, lifecycle: RequestLifecycle): void {
  // Something else that wraps `emit` keeps it.
  if (req.emit !== emit) return
  req[kLifecycle] = lifecycle
  req.emit = emitInside
}

function emitInside(this: EventEmitter & Watched, ...args: unknown[]): boolean {
  const lifecycle = this[kLifecycle]
  if (lifecycle === undefined || lifecycle.scope === null || !FOLLOWED.has(args[0])) {
    return Reflect.apply(emit, this, args) as boolean
  }
  return lifecycle.run(emit as (...args: never[]) => boolean, this, ...args)
}
