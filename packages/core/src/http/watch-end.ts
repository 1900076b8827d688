import { ServerResponse } from 'node:http'
import type { Http2ServerResponse, Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import onFinished from 'on-finished'
import { streamEndingOf } from './ending.ts'
import type { HttpRequest, HttpResponse } from './http-adapter.ts'
import { kLifecycle, lifecycleOf, type Watched } from './message-state.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'
import { SocketWatch } from './socket-watch.ts'

/**
 * Whether the lifecycle of these messages is found by their connection. A property of its own on the
 * request or the response would cost more than all the rest: Express changes the prototypes of both,
 * and Node then looks for it through all of them, and up to Node 20 keeps it in a dictionary.
 */
export function isOnConnection(req: HttpRequest, res: HttpResponse): boolean {
  // The response of `inject` has a request of its own making.
  return res instanceof ServerResponse && (res.req as HttpRequest) === req && hasSocket(req)
}

/**
 * Sees to it that the lifecycle is told when its response is closed, in whatever way that happens.
 * All listeners are shared functions that find their state, and are set once however many instances
 * of mtaio watch the response.
 *
 * @param onConnection `isOnConnection(req, res)`
 * @param other The lifecycle of another instance that watches the response already.
 */
export function watchEnd(
  lifecycle: RequestLifecycle,
  req: HttpRequest & Watched,
  res: HttpResponse & Watched,
  onConnection: boolean,
  other: RequestLifecycle | null,
): void {
  lifecycle.sameResponse = other
  if (!onConnection) req[kLifecycle] = res[kLifecycle] = lifecycle
  if (res instanceof ServerResponse) {
    if (hasSocket(req)) watchSocket(lifecycle, req.socket)
    if (other !== null) return
    if (isClosed(res)) onFinished(res, onFinish)
    else res.on('close', onResponseClose)
  } else if (isHttp2(res)) {
    const stream: Http2Stream & Watched = res.stream
    stream[kLifecycle] = lifecycle
    if (other === null) stream.on('close', onStreamClose)
  } else if (other === null) {
    onFinished(res, onFinish)
  }
}

/** Messages that a test or a library made up may come without one. */
function hasSocket(req: HttpRequest): boolean {
  return typeof (req.socket as Socket | null | undefined)?.on === 'function'
}

function watchSocket(lifecycle: RequestLifecycle, socket: Socket): void {
  lifecycle.socket = socket
  lifecycle.watch = SocketWatch.of(socket)
  lifecycle.watch.add(lifecycle)
}

/** Ended before it was seen: its `close` may have been emitted, and will not be again. */
function isClosed(res: ServerResponse): boolean {
  return res.writableFinished || res.destroyed
}

function isHttp2(res: object): res is Http2ServerResponse {
  return typeof (res as Http2ServerResponse).stream?.on === 'function'
}

function onResponseClose(this: ServerResponse): void {
  // Nearly all are found at once; see isOnConnection.
  closeAll(SocketWatch.find(this.req) ?? lifecycleOf(this))
}

function onFinish(_error: Error | null, res: object): void {
  closeAll(lifecycleOf(res))
}

function onStreamClose(this: Http2Stream & Watched): void {
  for (let lifecycle = this[kLifecycle] ?? null; lifecycle !== null;) {
    const { res, sameResponse } = lifecycle
    if (res !== null) lifecycle.closed(streamEndingOf(res, this))
    lifecycle = sameResponse
  }
}

function closeAll(first: RequestLifecycle | null): void {
  let lifecycle = first
  while (lifecycle !== null) {
    lifecycle.closed()
    lifecycle = lifecycle.sameResponse
  }
}
