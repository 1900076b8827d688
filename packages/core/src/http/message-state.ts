import { IncomingMessage, ServerResponse } from './node-http.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'
import { SocketWatch } from './socket-watch.ts'

/** Where messages that no connection leads to, and HTTP/2 streams, keep the lifecycle that watches it. */
export const kLifecycle: unique symbol = Symbol('mtaio.lifecycle')

/** A message that may be watched; by several instances of mtaio, then they hang on one another. */
export interface Watched {
  [kLifecycle]?: RequestLifecycle
}

/** What leads from a message to its lifecycle. */
interface Message extends Watched {
  readonly socket?: object | null
  /** Of a response. */
  readonly req?: { readonly socket?: object | null }
  /** Of HTTP/2, where asking for the socket may throw. */
  readonly stream?: unknown
}

/** The lifecycle of a request or a response; null for one that is not watched, or has ended. */
export function lifecycleOf(message: Message): RequestLifecycle | null {
  const own = message[kLifecycle]
  if (own !== undefined) return own
  // An app may have a property of this name.
  const isHttp1 = message instanceof IncomingMessage || message instanceof ServerResponse
  return isHttp1 || message.stream === undefined ? SocketWatch.find(message) : null
}

/**
 * Says the route pattern of a request, for what no framework knows: an app without a router, a
 * proxy, a handler that decides by itself. It goes before what the framework says.
 *
 * @param message The request or the response, as Node gave it to the app.
 * @param route A pattern with few values, such as `/users/:id`; never the path itself.
 * @returns whether the request is watched and had not ended.
 */
export function setRoute(message: object, route: string): boolean {
  return forEach(message, (lifecycle) => lifecycle.setRoute(route))
}

/** The route pattern of a request; null when none is known, or the request is not watched. */
export function routeOf(message: object): string | null {
  return lifecycleOf(message)?.route ?? null
}

/**
 * Notes the error that the handling of a request failed with. Changes nothing for the app.
 *
 * @returns whether the request is watched and had not ended.
 */
export function noteError(message: object, error: unknown): boolean {
  return forEach(message, (lifecycle) => lifecycle.setError(error))
}

/**
 * Whoever watches the request of a response forgets it: mtaio answers it by its page. An app may be
 * mounted in another, each with an instance of mtaio.
 */
export function letGo(res: object): void {
  forEach(res, (lifecycle) => lifecycle.letGo())
}

function forEach(message: object, tell: (lifecycle: RequestLifecycle) => void): boolean {
  // Said in the middle of a request: what is no message is one that is not watched.
  if (typeof message !== 'object' || message === null) return false
  try {
    const first = lifecycleOf(message)
    const isOpen = first?.isOpen === true
    for (let each = first; each !== null; each = each.sameResponse) tell(each)
    return isOpen
  } catch {
    // What an app has put in the place of its messages may throw; then it does for each who watches.
    return false
  }
}
