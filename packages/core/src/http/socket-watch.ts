import type { Socket } from 'node:net'
import type { RequestLifecycle } from './request-lifecycle.ts'

const kWatch = Symbol('mtaio.socket')

type WatchedSocket = Socket & { [kWatch]?: SocketWatch }

/**
 * The requests in flight on one connection. The connection gets its listeners once, whatever number
 * of requests it carries, so that a long-lived one never collects listeners.
 *
 * It ends what the connection still had in flight when it closed: up to Node 22 the responses that
 * wait behind another one (pipelining) say nothing then (nodejs/node#62534).
 */
export class SocketWatch {
  /** The latest request; the earlier ones hang on `olderOnSocket`. */
  #newest: RequestLifecycle | null = null
  #timedOut = false

  /** The watch of this socket; the first call sets it up. */
  static of(socket: Socket): SocketWatch {
    const watched = socket as WatchedSocket
    let watch = watched[kWatch]
    if (watch === undefined) {
      watch = watched[kWatch] = new SocketWatch()
      socket.on('close', onClose)
      socket.on('timeout', onTimeout)
    }
    return watch
  }

  /** The lifecycle of a request that is in flight; the latest, when several instances watch it. */
  static find(req: { readonly socket?: object | null }): RequestLifecycle | null {
    const watch = (req.socket as WatchedSocket | null | undefined)?.[kWatch]
    let lifecycle = watch === undefined ? null : watch.#newest
    while (lifecycle !== null && lifecycle.req !== req) lifecycle = lifecycle.olderOnSocket
    return lifecycle
  }

  /** Whether the server's timeout for an idle connection struck. */
  get timedOut(): boolean {
    return this.#timedOut
  }

  add(lifecycle: RequestLifecycle): void {
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
    // Each that is closed removes itself from the list.
    while (this.#newest !== null) this.#newest.closed()
  }

  struck(): void {
    this.#timedOut = true
  }
}

function onClose(this: WatchedSocket): void {
  this[kWatch]?.closed()
}

function onTimeout(this: WatchedSocket): void {
  this[kWatch]?.struck()
}
