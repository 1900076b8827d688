import type { ServerHttp2Stream } from 'node:http2'
import onFinished from 'on-finished'
import { isHttp2, streamEndingOf } from './ending.ts'
import type { HttpRequest, HttpResponse } from './http-adapter.ts'
import { kLifecycle, lifecycleOf, type Watched } from './message-state.ts'
import { ServerResponse } from './node-http.ts'
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
    const stream: ServerHttp2Stream & Watched = res.stream
    stream[kLifecycle] = lifecycle
    if (other !== null) return
    if (stream.closed) process.nextTick(closeStream, stream)
    else stream.on('finish', onStreamFinish).on('close', onStreamClose)
  } else if (other === null) {
    onFinished(res, onFinish)
  }
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

/** The last of it was handed over; the stream stays open until the client has sent all of its own. */
function onStreamFinish(this: ServerHttp2Stream & Watched): void {
  if (!this.aborted) process.nextTick(closeStream, this)
}

function onStreamClose(this: ServerHttp2Stream & Watched): void {
  closeStream(this)
}

function closeStream(stream: ServerHttp2Stream & Watched): void {
  const ending = streamEndingOf(stream)
  for (let each = stream[kLifecycle] ?? null; each !== null; each = each.sameResponse) {
    each.closed(ending)
  }
}
