import { ServerResponse } from 'node:http'
import type { Http2ServerResponse, Http2Stream } from 'node:http2'
import onFinished from 'on-finished'
import { streamEndingOf } from './ending.ts'
import type { HttpRequest, HttpResponse } from './http-adapter.ts'
import { kLifecycle, lifecycleOf, type Watched } from './message-state.ts'
import { closeAll, type RequestLifecycle } from './request-lifecycle.ts'
import type { SocketWatch } from './socket-watch.ts'

/**
 * Sees to it that the lifecycle is told when its response is closed, in whatever way that happens.
 * All listeners are shared functions that find their state, and are set once however many instances
 * of mtaio watch the response.
 *
 * @param other The lifecycle of another instance that watches the response already.
 */
export function watchEnd(
  lifecycle: RequestLifecycle,
  req: HttpRequest & Watched,
  res: HttpResponse & Watched,
  watch: SocketWatch | null,
  other: RequestLifecycle | null,
): void {
  lifecycle.sameResponse = other
  if (watch === null) req[kLifecycle] = res[kLifecycle] = lifecycle
  else watch.add(lifecycle)
  if (res instanceof ServerResponse) {
    // One that was handed over already is ended without this one.
    if (other !== null && other.finishedMs === 0) return
    // Ended, or cut off, before it was seen: nobody may say so again.
    if (res.destroyed || req.socket?.closed) process.nextTick(closeLater, res)
    else if (res.writableEnded) onFinished(res, onFinish)
    // The first on a connection, as nobody has told of one yet, and one that waits behind another: if
    // the app breaks that off, only the response says so.
    else if (watch === null || !watch.isTold || res.socket === null) {
      res.on('close', onResponseClose)
      // What a library makes up may not close.
      if (watch === null) res.on('finish', onResponseFinish)
    }
  } else if (isHttp2(res)) {
    const stream: Http2Stream & Watched = res.stream
    stream[kLifecycle] = lifecycle
    if (other !== null) return
    if (stream.closed) process.nextTick(() => onStreamClose.call(stream))
    else stream.on('close', onStreamClose)
  } else if (other === null) {
    onFinished(res, onFinish)
  }
}

function isHttp2(res: object): res is Http2ServerResponse {
  return typeof (res as Http2ServerResponse).stream?.on === 'function'
}

function onResponseClose(this: ServerResponse): void {
  const lifecycle = lifecycleOf(this)
  // One that was handed over is ended with its turn, as those are that have no listener.
  if (lifecycle?.finishedMs === 0) closeAll(lifecycle)
}

function onResponseFinish(this: ServerResponse): void {
  // What the app does when a response is done is a part of it.
  process.nextTick(closeLater, this)
}

function closeLater(res: ServerResponse): void {
  closeAll(lifecycleOf(res))
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
