import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpRequest, HttpResponse } from './http-adapter.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'

const kWatch = Symbol('mtaio.socket')

type WatchedSocket = Socket & { [kWatch]?: SocketWatch }

/** Of all connections that are open. */
const listed = new Set<SocketWatch>()

/**
 * The requests in flight on one connection. The connection gets its listeners once, whatever number
 * of requests it carries, so that a long-lived one never collects listeners.
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
  /** Whether it is found by {@link SocketWatch.requests}. */
  readonly isListed: boolean
  /** The latest request; the earlier ones hang on `olderOnSocket`. */
  #newest: RequestLifecycle | null = null

  private constructor(socket: WatchedSocket, isListed: boolean) {
    this.socket = socket
    this.isListed = isListed
    socket[kWatch] = this
    if (isListed) listed.add(this)
    socket.on('close', onClose)
    socket.on('timeout', onTimeout)
  }

  /**
   * The watch of the connection that a response is sent over; the first call sets it up. Null for
   * HTTP/2, whose connection carries many at once, and for messages that a test or a library made up
   * without one.
   */
  static of(req: HttpRequest, res: HttpResponse): SocketWatch | null {
    if (!(res instanceof ServerResponse)) return null
    const socket = req.socket as WatchedSocket | null | undefined
    if (socket === null || socket === undefined) return null
    const known = socket[kWatch]
    if (known !== undefined) return known
    if (typeof socket.on !== 'function') return null
    // What stands for a socket in `inject` is never closed.
    return new SocketWatch(socket, SocketWatch.leadsTo(req, res))
  }

  /** The lifecycle of a request that is in flight; the latest, when several instances watch it. */
  static find(req: { readonly socket?: object | null }): RequestLifecycle | null {
    const watch = (req.socket as WatchedSocket | null | undefined)?.[kWatch]
    return watch === undefined ? null : watch.find(req)
  }

  /**
   * Whether a response leads to its connection, and so to its lifecycle. That of `inject` has a
   * request of its own making.
   */
  static leadsTo(req: HttpRequest, res: HttpResponse): boolean {
    return (res as ServerResponse).req === req
  }

  /** All that are in flight on connections, of all instances. */
  static *requests(): Generator<RequestLifecycle, void, undefined> {
    for (const watch of listed) {
      for (let each = watch.#newest; each !== null; each = each.olderOnSocket) yield each
    }
  }

  /** As {@link SocketWatch.find}, where the watch is known. */
  find(req: object): RequestLifecycle | null {
    let lifecycle = this.#newest
    while (lifecycle !== null && lifecycle.req !== req) lifecycle = lifecycle.olderOnSocket
    return lifecycle
  }

  add(lifecycle: RequestLifecycle): void {
    lifecycle.watch = this
    lifecycle.olderOnSocket = this.#newest
    this.#newest = lifecycle
  }

  remove(lifecycle: RequestLifecycle): void {
    if (this.#newest === lifecycle) {
      this.#newest = lifecycle.olderOnSocket
    } else {
      let newer = this.#newest
      while (newer !== null && newer.olderOnSocket !== lifecycle) newer = newer.olderOnSocket
      if (newer !== null) newer.olderOnSocket = lifecycle.olderOnSocket
    }
    lifecycle.olderOnSocket = null
  }

  closed(): void {
    listed.delete(this)
    // Each that is closed removes itself from the list.
    while (this.#newest !== null) this.#newest.closed()
  }

  /** The server's timeout for an idle connection struck those that are in flight now. */
  struck(): void {
    for (let each = this.#newest; each !== null; each = each.olderOnSocket) each.timedOut = true
  }
}

function onClose(this: WatchedSocket): void {
  this[kWatch]?.closed()
}

function onTimeout(this: WatchedSocket): void {
  this[kWatch]?.struck()
}
