import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { acceptsGzip } from './accepts-gzip.ts'
import type { ErrorBody } from './api-types.ts'

/** What a browser may keep: data never, hashed assets for ever, other files if it asks again. */
type Caching = keyof typeof CACHE_CONTROL

const CACHE_CONTROL = {
  'no-store': 'no-store',
  'no-cache': 'no-cache',
  immutable: 'public, max-age=31536000, immutable',
} as const

/** A whole answer; {@link send} adds the headers that all answers have. */
export interface Answer {
  readonly status: number
  readonly type: string
  /** Text, bytes, or the pieces of a long one, which are written as fast as the reader reads. */
  readonly body: string | Uint8Array | readonly Uint8Array[]
  readonly caching?: Caching
  readonly headers?: Readonly<Record<string, string>>
}

export const JSON_TYPE = 'application/json; charset=utf-8'
export const HTML_TYPE = 'text/html; charset=utf-8'

// No inline script or style. `base-uri`: the page gets a relative <base>, see page-address.ts.
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

/** On every answer, refusals and streams included. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-robots-tag': 'noindex, nofollow',
}

/** What middleware before us may have set for the app's own answers, and what is wrong for ours. */
const APP_HEADERS =
  /^(access-control-.*|content-.*|cross-origin-.*|etag|expires|last-modified|link|pragma|refresh|trailer|transfer-encoding|location)$/

/** Takes the app's headers off the response and puts ours on. */
export function setHeaders(
  res: ServerResponse,
  caching: Caching,
  headers: Readonly<Record<string, string>>,
): void {
  for (const name of res.getHeaderNames()) if (APP_HEADERS.test(name)) res.removeHeader(name)
  // A shared cache would hand the session that an app gave to one visitor to all others.
  if (caching === 'immutable') res.removeHeader('set-cookie')
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value)
  res.setHeader('cache-control', CACHE_CONTROL[caching])
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
}

/** Whether a response can still be begun: the app may have begun it, and the client may have left. */
export function isOpen(res: ServerResponse): boolean {
  return !res.headersSent && !res.writableEnded && !isGone(res)
}

/** HTTP/2: headers of a stream that is gone cannot even be set, and its response does not say so. */
function isGone(res: ServerResponse): boolean {
  const { stream } = res as { readonly stream?: { readonly destroyed: boolean } }
  return res.destroyed || stream?.destroyed === true
}

/** Writes an answer, if that can still be done. */
export function send(req: IncomingMessage, res: ServerResponse, answer: Answer): void {
  if (!isOpen(res)) return
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  const pieces = body instanceof Uint8Array ? [body] : body
  let length = 0
  for (const piece of pieces) length += piece.byteLength
  const zipped = length >= LEAST_ZIPPED && !isZipped(answer) && acceptsGzip(req)
  setHeaders(res, answer.caching ?? 'no-store', {
    'content-type': answer.type,
    ...answer.headers,
    ...(zipped && { 'content-encoding': 'gzip', vary: 'accept, accept-encoding' }),
    ...(!zipped && answer.status !== 304 && { 'content-length': String(length) }),
  })
  res.statusCode = answer.status
  if (req.method === 'HEAD' || answer.status === 304) res.end()
  else if (!zipped && pieces.length <= 1) res.end(pieces[0])
  else {
    const written = zipped ? Readable.from(pieces).pipe(createGzip({ level: 1 })) : pieces
    writePieces(res, written).catch(() => res.destroy())
  }
}

/** Smaller answers fit into a packet or two anyway. */
const LEAST_ZIPPED = 8192
/** A reader that does not take a piece in so many milliseconds is let go, and the answer with it. */
const MOST_UNREAD_MS = 30_000

function isZipped({ headers }: Answer): boolean {
  return headers?.['content-encoding'] !== undefined
}

/** As fast as the reader reads. A zip is made piece by piece, off the app's thread. */
async function writePieces(
  res: ServerResponse,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const piece of pieces) {
    if (isGone(res)) return
    if (!res.write(piece)) await drained(res)
  }
  res.end()
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => res.destroy(), MOST_UNREAD_MS).unref()
    const done = (): void => {
      clearTimeout(giveUp)
      res.off('drain', done)
      res.off('close', done)
      resolve()
    }
    res.on('drain', done)
    res.on('close', done)
  })
}

export function json(document: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return {
    status: 200,
    type: JSON_TYPE,
    body: JSON.stringify(document),
    ...(headers === undefined ? {} : { headers }),
  }
}

export function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body: ErrorBody = { error: { code, message } }
  return { status, type: JSON_TYPE, body: JSON.stringify(body), headers }
}

export function notFound(): Answer {
  return failure(404, 'not_found', 'There is nothing at this address.')
}
