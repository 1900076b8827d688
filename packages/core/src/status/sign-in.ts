import type { IncomingMessage } from 'node:http'
import type { Access } from './access.ts'
import { failure } from './answer.ts'
import type { Answer } from './answer.ts'
import { placeBelow } from './page-address.ts'
import { signInPage } from './plain-page.ts'
import { single } from './request-facts.ts'

/** A form of a token and an address; more is no such form. */
const MAX_BODY = 4096

/**
 * Takes the token out of the form and gives the cookie for it. `base` is the mount path's address.
 *
 * @returns null when nobody is there any more to be answered.
 */
export async function signIn(
  req: IncomingMessage,
  access: Access,
  base: string,
): Promise<Answer | null> {
  if (single(req, 'sec-fetch-site') === 'cross-site') {
    return failure(403, 'refused', 'Refused.')
  }
  const form = await readForm(req)
  if (form === 'left') return null
  if (form === 'too-large') return failure(413, 'too_large', 'The body is too large.')
  const next = placeBelow(form.get('next') ?? '')
  const cookie = access.signIn(req, form.get('token') ?? '')
  return cookie === null ? signInPage(base, next, true) : redirect(base + next, cookie)
}

export function signOut(req: IncomingMessage, access: Access, base: string): Answer {
  return redirect(base, access.signOut(req) ?? '')
}

/** Relative, so that it holds behind a proxy's prefix and under HTTPS that ends at the proxy. */
function redirect(location: string, cookie: string): Answer {
  return { status: 303, type: 'text/plain', body: '', headers: { location, 'set-cookie': cookie } }
}

/** A body parser of the app may have read it before. */
async function readForm(req: IncomingMessage): Promise<URLSearchParams | 'too-large' | 'left'> {
  const parsed = (req as { readonly body?: unknown }).body
  if (typeof parsed === 'object' && parsed !== null) {
    const fields = Object.entries(parsed).filter(([, value]) => typeof value === 'string')
    return new URLSearchParams(fields as [string, string][])
  }
  if (req.readableEnded) return new URLSearchParams()
  const pieces: Buffer[] = []
  let length = 0
  try {
    // An app may have made texts of the pieces by `setEncoding`.
    for await (const piece of req as AsyncIterable<Buffer | string>) {
      length += piece.length
      if (length > MAX_BODY) return 'too-large'
      pieces.push(Buffer.from(piece as string))
    }
  } catch {
    // Who leaves in the middle is a stranger, and must not be counted as a failure of ours.
    return 'left'
  }
  return new URLSearchParams(Buffer.concat(pieces).toString())
}
