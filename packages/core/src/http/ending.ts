import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { HttpResponse } from './http-adapter.ts'
import { ServerResponse } from './node-http.ts'

/**
 * How the exchange of a request ended. `whole`: the app ended the response and all of it was handed
 * over. Else the client `left`, the server's own timeout struck (`late`), or the app or the server
 * broke it off (`broken`).
 */
export type Ending = 'whole' | 'left' | 'late' | 'broken'

const LEFT_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'])

/** The parser of Node could not read what the client sent: https://nodejs.org/api/errors.html */
const UNREADABLE = /^HPE_/

/** How a stream of HTTP/2 was reset: https://www.rfc-editor.org/rfc/rfc9113#name-error-codes */
const NO_ERROR = 0x0
const CANCEL = 0x8

/** The client did not send its request in time (`server.requestTimeout`). */
const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT'

/** How an HTTP/1 response that is closed ended; `socket` is the one that it was written to. */
export function endingOf(
  res: Pick<ServerResponse, 'writableEnded' | 'writableFinished' | 'socket'>,
  socket: Socket | null,
  timedOut: boolean,
): Ending {
  if (isWhole(res, socket) && !isDropped(res, socket)) return 'whole'
  if (socket !== null && hasPeerLeft(socket)) return 'left'
  if (timedOut || codeOf(socket?.errored) === REQUEST_TIMEOUT) return 'late'
  // One that waits behind another has no socket yet. If the app has ended it, it is not broken: the
  // answer before it was the last on this connection, which the client could have known.
  return res.writableEnded && !res.writableFinished && res.socket === null ? 'left' : 'broken'
}

/** Whether the app ended an HTTP/1 response, and nothing of what Node took of it was cut off. */
export function isWhole(
  res: Pick<ServerResponse, 'writableEnded' | 'writableFinished'>,
  socket: Socket | null,
): boolean {
  return res.writableEnded && (res.writableFinished ? !isCut(socket) : isUp(socket))
}

/** Whether a response is one of HTTP/2, or something like it. */
export function isHttp2(res: object): res is Http2ServerResponse {
  // Of HTTP/1 an app may have a property of this name.
  if (res instanceof ServerResponse) return false
  return typeof (res as Http2ServerResponse).stream?.on === 'function'
}

/**
 * How an HTTP/2 stream ended, whose writable side is finished or which is closed. When it is reset
 * before the app has ended it, Node ends its writable side, too, but says first that it was aborted.
 */
export function streamEndingOf(stream: ServerHttp2Stream): Ending {
  if (stream.writableFinished && !stream.aborted) return 'whole'
  const { rstCode } = stream
  if (LEFT_CODES.has(codeOf(stream.errored))) return 'left'
  if (rstCode === CANCEL) return 'left'
  if (rstCode === NO_ERROR && stream.writableFinished) return 'left'
  return 'broken'
}

/** Whether the client is gone before the response is closed: what fails from then on is its doing. */
export function hasLeft(res: HttpResponse, socket: Socket | null): boolean {
  if (socket !== null) return socket.destroyed || socket.readableEnded
  return isHttp2(res) && (res.stream.aborted || res.stream.destroyed)
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
 * Whether the connection was destroyed before the app had ended the response: then Node drops what
 * is written, and up to Node 22 counts it as finished nonetheless, since nothing waits. It takes the
 * socket from a response only when it was handed over.
 */
function isDropped(
  { socket: own }: Pick<ServerResponse, 'socket'>,
  socket: Socket | null,
): boolean {
  return own !== null && own === socket && socket.destroyed
}

/**
 * Whether the connection outlives the response: then nothing was cut off. Fastify's `inject` closes
 * a response whose last bytes its stand-in for a socket has not told of yet.
 */
function isUp(socket: Socket | null): boolean {
  return socket !== null && !socket.destroyed
}

/** Whether the peer closed or reset the connection, or sent on it what is no HTTP. */
function hasPeerLeft(socket: Socket): boolean {
  const code = codeOf(socket.errored)
  return socket.readableEnded || LEFT_CODES.has(code) || UNREADABLE.test(code)
}

function codeOf(error: NodeJS.ErrnoException | null | undefined): string {
  return error?.code ?? ''
}
