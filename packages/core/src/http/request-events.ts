import { EventEmitter } from 'node:events'
import type { HttpRequest } from './http-adapter.ts'
import { lifecycleOf } from './message-state.ts'
import { IncomingMessage } from './node-http.ts'

// Those that an app waits for; the others are Node's own, and entering the context costs time.
const FOLLOWED = new Set<unknown>(['data', 'end', 'readable', 'error', 'aborted', 'close'])

const { emit } = EventEmitter.prototype
const { prototype } = IncomingMessage

/** Whether the requests of Node's own HTTP/1 server are followed, all of them. */
let isFollowing = false

/**
 * Makes the listeners of a request run in the trace context of the request. Without it they run in
 * the context of the connection, where there is none (https://github.com/nodejs/node/issues/41285),
 * and a handler that reads its body by events would lose its trace.
 *
 * The requests of HTTP/1 are followed by their prototype. With an `emit` of its own a request would
 * have another shape than one that is not followed, and all code of Node that handles requests
 * would stay slower after having seen both.
 */
export function followEvents(req: HttpRequest): void {
  if (isFollowing && req instanceof IncomingMessage) return
  // Something else that wraps `emit` keeps it.
  if (req.emit !== emit) return
  if (req instanceof IncomingMessage) {
    prototype.emit = emitInside
    isFollowing = true
  } else {
    req.emit = emitInside
  }
}

/** Undoes it for HTTP/1: no profiler is used. */
export function leaveEvents(): void {
  if (!isFollowing) return
  isFollowing = false
  if (prototype.emit === emitInside) Reflect.deleteProperty(prototype, 'emit')
}

function emitInside(
  this: EventEmitter & { readonly stream?: unknown },
  ...args: unknown[]
): boolean {
  const lifecycle = FOLLOWED.has(args[0]) ? lifecycleOf(this) : null
  // What comes after the response is not waited for.
  const isEntered = lifecycle?.finishedMs === 0 && (lifecycle.record?.scope ?? null) !== null
  if (lifecycle === null || !isEntered) return Reflect.apply(emit, this, args) as boolean
  return lifecycle.run(emit as (...args: never[]) => boolean, this, ...args)
}
