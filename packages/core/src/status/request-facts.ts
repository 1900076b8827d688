import type { IncomingMessage } from 'node:http'
import type { AccessQuestion } from './access-decision.ts'

/** The part of a question that the request itself answers. */
export type RequestFacts = Pick<
  AccessQuestion,
  'peer' | 'host' | 'forwarded' | 'origin' | 'site' | 'navigation' | 'action'
>

/** Headers by which proxies, balancers and CDNs tell of themselves, beside `x-forwarded-*`. */
export const PROXY_HEADERS: ReadonlySet<string> = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'x-original-url',
  'true-client-ip',
  'cf-connecting-ip',
  'cdn-loop',
  'fastly-client-ip',
  'fly-client-ip',
  'x-azure-clientip',
  'x-envoy-external-address',
])

/** Reads what the decision needs, from the socket and the raw headers, past anything an app trusts. */
export function requestFacts(req: IncomingMessage): RequestFacts {
  return {
    peer: peerAddress(req),
    host: onlyHost(req),
    forwarded: isForwarded(req),
    origin: single(req, 'origin'),
    site: single(req, 'sec-fetch-site')?.toLowerCase(),
    navigation: single(req, 'sec-fetch-mode')?.toLowerCase() === 'navigate',
    action: req.method !== 'GET' && req.method !== 'HEAD',
  }
}

function peerAddress(req: IncomingMessage): string | undefined {
  try {
    return req.socket.remoteAddress
  } catch {
    // The socket of an HTTP/2 request is a proxy that throws once its session is gone.
    return undefined
  }
}

/** Node keeps the first of several Host headers; two that differ are an attempt to be two things. */
function onlyHost(req: IncomingMessage): string | undefined {
  let host: string | undefined
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]?.toLowerCase()
    if (name !== 'host' && name !== ':authority') continue
    const value = req.rawHeaders[i + 1]
    if (host !== undefined && host !== value) return undefined
    host = value
  }
  // light-my-request fills `headers` only.
  return host ?? single(req, ':authority') ?? single(req, 'host')
}

function isForwarded(req: IncomingMessage): boolean {
  // No browser speaks HTTP/1.0, but that is the old default of nginx: a bare `proxy_pass` says
  // `Host: localhost:3000` (proxy_http_version, $proxy_host), and no header tells of it.
  if (req.httpVersionMajor === 1 && req.httpVersionMinor === 0) return true
  // A target such as `GET http://host/path` is what a client sends to a proxy.
  if (req.url !== undefined && !req.url.startsWith('/')) return true
  for (const name in req.headers) {
    if (name.startsWith('x-forwarded') || PROXY_HEADERS.has(name)) return true
  }
  return false
}

/** A header that must not be there twice; two of them are joined by Node and then match nothing. */
export function single(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
