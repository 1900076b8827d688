import { ownCopy } from '../cut-text.ts'
import type { HttpRequest } from './http-adapter.ts'

// A target may also have a host, and with it a name and a password: `GET http://me:pw@host/path`.
const TARGET = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?([^?#]*)/i

/** The path of a request without host, query and fragment; it holds on to nothing of them. */
export function pathOf(req: HttpRequest): string {
  const url = urlOf(req)
  // Most are a path and nothing else, and are not worth a regular expression on each request.
  if (url.startsWith('/') && !url.includes('?') && !url.includes('#')) return url
  const path = TARGET.exec(url)?.[1] ?? ''
  return path.length === url.length ? url : ownCopy(path)
}

/** The URL that the client asked for: routers shorten `url` while they work. */
function urlOf(req: HttpRequest): string {
  const { originalUrl } = req as { originalUrl?: unknown }
  return typeof originalUrl === 'string' ? originalUrl : (req.url ?? '')
}
