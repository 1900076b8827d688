import type { IncomingMessage } from 'node:http'
import type { Access } from './access.ts'
import { failure } from './answer.ts'
import type { Answer } from './answer.ts'
import { signInPage } from './plain-page.ts'
import { single } from './request-facts.ts'

/** A form of a token and an address; more is no such form. */
const MAX_BODY = 4096

/** Takes the token out of the form and gives the cookie for it. `base` is the mount path's address. */
export async function signIn(req: IncomingMessage, access: Access, base: string): Promise<Answer> {
  if (single(req, 'sec-fetch-site') === 'cross-site') {
    return failure(403, 'refused', 'Refused.')
  }
  const form = await readForm(req)
  if (form === null) return failure(413, 'too_large', 'The body is too large.')
  const next = placeBelow(form.get('next') ?? '')
  const cookie = access.signIn(req, form.get('token') ?? '')
  return cookie === null ? signInPage(base, next, true) : redirect(base + next, cookie)
}

export function signOut(req: IncomingMessage, access: Access, base: string): Answer {
  return redirect(base, access.signOut(req) ?? '')
}

/** Where a page is, below the mount path: a request's address or the start. */
export function placeBelow(path: string): string {
  return /^r\/[0-9a-f]{1,64}$/.test(path) ? path : ''
}

/** Relative, so that it holds behind a proxy's prefix and under HTTPS that ends at the proxy. */
function redirect(location: string, cookie: string): Answer {
  return { status: 303, type: 'text/plain', body: '', headers: { location, 'set-cookie': cookie } }
}

/** Null when it is too large. A body parser of the app may have read it before. */
async function readForm(req: IncomingMessage): Promise<URLSearchParams | null> {
  const parsed = (req as { readonly body?: unknown }).body
  if (typeof parsed === 'object' && parsed !== null) {
    const fields = Object.entries(parsed).filter(([, value]) => typeof value === 'string')
    return new URLSearchParams(fields as [string, string][])
  }
  if (req.readableEnded) return new URLSearchParams()
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of req as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > MAX_BODY) return null
    pieces.push(piece)
  }
  return new URLSearchParams(Buffer.concat(pieces).toString())
}
