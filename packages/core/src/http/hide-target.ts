import type { HttpRequest } from './http-adapter.ts'

// Of `GET http://me:pw@host/path?query`: what is before the path, the path, and what follows it.
const PARTS = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)?([^?#]*)(.*)$/is

// Of `ENOENT: no such file or directory, stat '/srv/files/name'`: what is before the path, which goes
// on to the last quote, since a name may have some.
const FILE = /\b(E[A-Z\d]{1,20}: [\w ()/-]{1,80}, [a-z\d]{1,20}) '.*'/s

/**
 * Takes the target of a request out of texts: routers quote it (`Cannot GET /reset?token=…`), and so
 * does Node where an app serves the file that was asked for. Of the query nothing stays, and the
 * path only where paths are kept at all.
 */
export function hideTarget(req: HttpRequest, keepPath: boolean): (text: string) => string {
  const parts = partsOf(req, keepPath)
  return (text) => {
    const rest = parts.reduce((left, [part, name]) => left.replaceAll(part, () => name), text)
    return keepPath ? rest : rest.replace(FILE, "$1 '[path]'")
  }
}

type Part = readonly [text: string, name: string]

/** What is to be hidden, and what stands for it; the longest first, since one may hold another. */
function partsOf(req: HttpRequest, keepPath: boolean): Part[] {
  // Routers shorten `url` while they work.
  const { url, originalUrl } = req as { readonly url?: unknown; readonly originalUrl?: unknown }
  const parts: Part[] = []
  for (const target of new Set([originalUrl, url])) {
    if (typeof target !== 'string') continue
    const [, host = '', path = '', query = ''] = PARTS.exec(target) ?? []
    if (host !== '') parts.push([host, ''])
    // A slash is no secret, and is in most texts.
    if (!keepPath && path.length > 1) parts.push(...spellings(path, '[path]'))
    if (query.length > 1) parts.push(...spellings(query, '?[query]'))
  }
  return parts.toSorted(([a], [b]) => b.length - a.length)
}

/** As it was sent, and as it is when percent signs and plus signs are read. */
function spellings(text: string, name: string): Part[] {
  const parts: Part[] = [[text, name]]
  for (const encoded of [text, text.replaceAll('+', ' ')]) {
    try {
      parts.push([decodeURIComponent(encoded), name])
    } catch {
      // It has a percent sign that is none, and so no other spelling.
    }
  }
  return parts
}
