import type { ServerResponse } from 'node:http'
import { constants, type Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { HttpResponse } from './http-adapter.ts'

/**
 * How the exchange of a request ended. `whole`: the app ended the response and all of it was handed
 * over. Else the client `left`, the server's own timeout struck (`late`), or the app or the server
 * broke it off (`broken`).
 */
export type Ending = 'whole' | 'left' | 'late' | 'broken'

const LEFT_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'])

/** How an HTTP/1 response that is closed ended; `socket` is the one that it was written to. */
export function endingOf(
  res: Pick<ServerResponse, 'writableEnded' | 'writableFinished'>,
  socket: Socket | null,
  timedOut: boolean,
): Ending {
  if (res.writableEnded && (res.writableFinished ? !isCut(socket) : isUp(socket))) return 'whole'
  if (socket !== null && hasPeerLeft(socket)) return 'left'
  return timedOut ? 'late' : 'broken'
}

/**
 * How an HTTP/2 stream that is closed ended. When a client resets it, Node ends its writable side
 * (so `writableFinished`); when the app destroys it, Node does not.
 */
export function streamEndingOf(
  res: Pick<ServerResponse, 'writableEnded'>,
  stream: Http2Stream,
): Ending {
  if (res.writableEnded && stream.writableFinished) return 'whole'
  const { rstCode } = stream
  if (rstCode === constants.NGHTTP2_CANCEL) return 'left'
  if (rstCode === constants.NGHTTP2_NO_ERROR && stream.writableFinished) return 'left'
  return 'broken'
}

/** Whether the client is gone before the response is closed: what fails from then on is its doing. */
export function hasLeft(res: HttpResponse, socket: Socket | null): boolean {
  if ('stream' in res) return res.stream.aborted || res.stream.destroyed
  return socket !== null && (socket.destroyed || socket.readableEnded)
}

/**
 * Whether the connection went away with the last of what was written. Up to Node 22 the response
 * says `finish` nonetheless: the callbacks of writes that were cut off count as success there.
 */
function isCut(socket: Socket | null): boolean {
  return (
    socket !== null &&
    socket.destroyed &&
    !socket.writableFinished &&
    (socket.readableEnded || socket.errored != null)
  )
}

/**
 * Whether the connection outlives the response: then nothing was cut off. Fastify's `inject` closes
 * a response whose last bytes its stand-in for a socket has not told of yet.
 */
function isUp(socket: Socket | null): boolean {
  return socket !== null && !socket.destroyed
}

/** Whether the peer closed or reset the connection. */
function hasPeerLeft(socket: Socket): boolean {
  if (socket.readableEnded) return true
  const error: NodeJS.ErrnoException | null | undefined = socket.errored
  return error?.code !== undefined && LEFT_CODES.has(error.code)
}
