import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { endAfterTurn } from './finished-requests.ts'
import type { HttpResponse } from './http-adapter.ts'
import { ServerResponse, type IncomingMessage } from './node-http.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'

const kWatch = Symbol('mtaio.socket')

/** Of a connection of a server of Node, which has a property for it. */
type WatchedSocket = Socket & { [kWatch]?: SocketWatch; readonly server?: object | null }

/** A request, or a response that leads to its request. */
interface Message {
  readonly req?: Message
  readonly socket?: object | null
}

/** What Node publishes of each response of its HTTP/1 servers when the last of it is handed over. */
interface ResponseFinish {
  readonly request: IncomingMessage
  readonly socket: WatchedSocket
}

/** https://nodejs.org/api/diagnostics_channel.html#built-in-channels */
const RESPONSE_FINISH = 'http.server.response.finish'

/**
 * A search past so many requests of one connection makes a map of all of them: a client that sends
 * thousands without waiting for an answer would make each be searched for past all others.
 */
const MANY = 16

/** Those of all connections that are open. */
const listed = new Set<SocketWatch>()
let isSubscribed = false

/**
 * The requests in flight on one connection. Most responses need no listener: Node tells one
 * subscriber of all that are done, and the connection gets its listeners once, so that a long-lived
 * one never collects them.
 *
 * It ends what the connection still had in flight when it closed: up to Node 22 the responses that
 * wait behind another one (pipelining) say nothing then (nodejs/node#62534).
 *
 * It is also how a lifecycle is found. A property of its own on the request or the response would
 * cost more than all the rest: Express changes the prototypes of both, and Node then looks for it
 * through all of them, and up to Node 20 keeps it in a dictionary.
 */
export class SocketWatch {
  readonly socket: Socket
  /** Whether Node has told of a response on this connection, so that it will of the next ones. */
  isTold = false
  /** The latest request; the earlier ones hang on `olderOnSocket`. */
  #newest: RequestLifecycle | null = null
  /** The latest one of each request, as Node made it and as the app has it; null while they are few. */
  #byRequest: Map<object, RequestLifecycle> | null = null

  private constructor(socket: WatchedSocket) {
    this.socket = socket
    socket[kWatch] = this
    listed.add(this)
    if (!isSubscribed) subscribe(RESPONSE_FINISH, onResponseFinish)
    isSubscribed = true
    socket.on('close', onClose)
    socket.on('timeout', onTimeout)
  }

  /**
   * The watch of the connection that a response belongs to; the first call sets it up. Null for
   * HTTP/2, whose connection carries many at once, and for messages without a connection that will
   * say when it is closed: those that `inject`, a test or a library made up.
   */
  static of(res: HttpResponse): SocketWatch | null {
    if (!(res instanceof ServerResponse)) return null
    const socket: WatchedSocket | null | undefined = originalOf(res)?.socket
    const known = socket?.[kWatch]
    if (known !== undefined) return known
    const isReal = socket instanceof Duplex && socket.server != null && !socket.closed
    return isReal ? new SocketWatch(socket) : null
  }

  /**
   * The lifecycle of a request that is in flight, by one of its messages; the latest, when several
   * instances watch it.
   */
  static find(message: Message): RequestLifecycle | null {
    const original = message.req ?? message
    const watch = (original.socket as WatchedSocket | null | undefined)?.[kWatch]
    return watch === undefined ? null : watch.find(original)
  }

  /** All that are in flight on connections, of all instances. */
  static *requests(): Generator<RequestLifecycle, void, undefined> {
    for (const watch of listed) {
      for (let each = watch.#newest; each !== null; each = each.olderOnSocket) yield each
    }
  }

  /** As {@link SocketWatch.find}, where the watch is known. */
  find(req: object): RequestLifecycle | null {
    if (this.#byRequest !== null) return this.#byRequest.get(req) ?? null
    let passed = 0
    for (let each = this.#newest; each !== null; each = each.olderOnSocket) {
      if (each.req === req || originalOf(each.res) === req) return each
      if (++passed === MANY) return this.#index().get(req) ?? null
    }
    return null
  }

  add(lifecycle: RequestLifecycle): void {
    lifecycle.watch = this
    const older = this.#newest
    lifecycle.olderOnSocket = older
    if (older !== null) older.newerOnSocket = lifecycle
    this.#newest = lifecycle
    if (this.#byRequest !== null) {
      for (const key of keysOf(lifecycle)) this.#byRequest.set(key, lifecycle)
    }
  }

  /** Called while the messages are still there. */
  remove(lifecycle: RequestLifecycle): void {
    const { olderOnSocket: older, newerOnSocket: newer } = lifecycle
    if (newer === null) this.#newest = older
    else newer.olderOnSocket = older
    if (older !== null) older.newerOnSocket = newer
    lifecycle.olderOnSocket = lifecycle.newerOnSocket = null
    if (this.#newest === null) this.#byRequest = null
    else if (this.#byRequest !== null) unindex(this.#byRequest, lifecycle)
  }

  /** A response was handed over whole, or so it seems: a connection may have cut it off. */
  finished(req: object): void {
    this.isTold = true
    const lifecycle = this.find(req)
    if (lifecycle !== null) endAfterTurn(lifecycle)
  }

  #index(): Map<object, RequestLifecycle> {
    const byRequest = new Map<object, RequestLifecycle>()
    for (let each = this.#newest; each !== null; each = each.olderOnSocket) {
      for (const key of keysOf(each)) if (!byRequest.has(key)) byRequest.set(key, each)
    }
    return (this.#byRequest = byRequest)
  }

  /** Those whose connection is closed, though nobody said so: the app took all listeners away. */
  static sweep(): void {
    for (const watch of listed) if (watch.socket.closed) watch.closed()
  }

  closed(): void {
    listed.delete(this)
    // A request that is begun later has no end to wait for here.
    delete (this.socket as WatchedSocket)[kWatch]
    // Each that is closed removes itself from the list.
    while (this.#newest !== null) this.#newest.closed()
  }

  /** The server's timeout for an idle connection struck those that are in flight now. */
  struck(): void {
    for (let each = this.#newest; each !== null; each = each.olderOnSocket) each.timedOut = true
  }
}

function onResponseFinish(message: unknown): void {
  const { request, socket } = message as ResponseFinish
  socket[kWatch]?.finished(request)
}

/** The request as Node made it, also where the app has wrapped one of the messages or both. */
function originalOf(res: HttpResponse | null): IncomingMessage | undefined {
  return (res as ServerResponse | null)?.req
}

/** Takes one out that has ended; another instance of mtaio may have begun to watch its request before. */
function unindex(byRequest: Map<object, RequestLifecycle>, lifecycle: RequestLifecycle): void {
  let other = lifecycle.sameResponse
  while (other !== null && !other.isOpen) other = other.sameResponse
  for (const key of keysOf(lifecycle)) {
    if (byRequest.get(key) !== lifecycle) continue
    if (other === null) byRequest.delete(key)
    else byRequest.set(key, other)
  }
}

/** What a lifecycle is found by. */
function keysOf({ req, res }: RequestLifecycle): object[] {
  return [req, originalOf(res)].filter((key) => key != null)
}

function onClose(this: WatchedSocket): void {
  this[kWatch]?.closed()
}

function onTimeout(this: WatchedSocket): void {
  this[kWatch]?.struck()
}
