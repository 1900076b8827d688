import type { Authorized } from './ask-authorize.ts'

/** What a request wants to see; `authorize` is told, so that it may allow one and not another. */
export type Resource = 'page' | 'api' | 'metrics' | 'health' | 'sensitive'

/** All that a decision depends on. Nothing else does: no clock, no earlier request, no `trust proxy`. */
export interface AccessQuestion {
  /** `NODE_ENV` is `production`. */
  readonly production: boolean
  readonly resource: Resource
  /** The option `publicHealth`. */
  readonly publicHealth: boolean
  /** It would change something: a POST. */
  readonly action: boolean
  /** Address of the socket's other end. */
  readonly peer: string | undefined
  /** The Host header, or HTTP/2's `:authority`; undefined when missing or ambiguous. */
  readonly host: string | undefined
  readonly allowedHosts: readonly string[]
  /** Some header says that a proxy stands in between. */
  readonly forwarded: boolean
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined
  /** `Sec-Fetch-Mode` is `navigate`: somebody followed a link. */
  readonly navigation: boolean
  readonly token: 'not-set' | 'missing' | 'wrong' | 'bearer' | 'session'
  readonly authorize: 'not-set' | 'not-asked' | Authorized
}

/** Why a request was refused. Said to the operator in the log, never to who asked. */
export type RefusalReason =
  | 'remote-peer'
  | 'proxied'
  | 'host'
  | 'cross-site'
  | 'not-same-origin'
  | 'token-missing'
  | 'token-wrong'
  | 'authorize-refused'
  | 'authorize-failed'
  | 'authorize-late'

export type Decision =
  | { readonly kind: 'allow'; /** Nobody in particular asks. */ readonly stranger: boolean }
  /** `authorize` has to be asked, then the question is put again. */
  | { readonly kind: 'ask' }
  /** mtaio is not there: the request goes on to the app. */
  | { readonly kind: 'not-mounted' }
  | { readonly kind: 'refuse'; readonly status: 401 | 403; readonly reason: RefusalReason }

const ALLOW: Decision = { kind: 'allow', stranger: false }
const ALLOW_STRANGER: Decision = { kind: 'allow', stranger: true }
const ASK: Decision = { kind: 'ask' }
const NOT_MOUNTED: Decision = { kind: 'not-mounted' }

/**
 * The whole of the access rules, as one pure function. docs/security.md shows it as a table, and
 * access-decision.test.ts goes through that table row by row.
 */
export function decide(q: AccessQuestion): Decision {
  if (q.resource === 'health' && q.publicHealth && !q.action) return ALLOW_STRANGER

  const unguarded = q.token === 'not-set' && q.authorize === 'not-set'
  if (unguarded) {
    if (q.production) return NOT_MOUNTED
    // A loopback peer alone proves nothing: a proxy on this host forwards the whole world from
    // there (CVE-2015-3224), and a page of an attacker reaches it by DNS rebinding.
    if (!isLoopback(q.peer)) return refuse(403, 'remote-peer')
    if (q.forwarded) return refuse(403, 'proxied')
    if (!isAllowedHost(q.host, q.allowedHosts)) return refuse(403, 'host')
    if (q.origin !== undefined && !isSameOrigin(q)) return refuse(403, 'not-same-origin')
  }

  // A browser never adds a bearer token by itself, so a request that has one is no forgery.
  if (q.token !== 'bearer') {
    if (q.action && !isSameOrigin(q)) return refuse(403, 'not-same-origin')
    if (q.site === 'cross-site' && (unguarded || !q.navigation)) return refuse(403, 'cross-site')
  }

  if (unguarded || q.token === 'bearer' || q.token === 'session') return ALLOW
  if (q.authorize === 'not-asked') return ASK
  if (q.authorize === 'yes') return ALLOW
  if (q.token === 'missing') return refuse(401, 'token-missing')
  if (q.token === 'wrong') return refuse(401, 'token-wrong')
  if (q.authorize === 'failed') return refuse(403, 'authorize-failed')
  return refuse(403, q.authorize === 'late' ? 'authorize-late' : 'authorize-refused')
}

function refuse(status: 401 | 403, reason: RefusalReason): Decision {
  return { kind: 'refuse', status, reason }
}

/** IPv4-mapped addresses included: a dual-stack server sees `::ffff:127.0.0.1`. */
export function isLoopback(peer: string | undefined): boolean {
  return peer !== undefined && /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i.test(peer)
}

// Strict on purpose: `a:b@localhost`, `localhost#.evil.test` and an IPv6 address without brackets
// do not match and so are no host at all.
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::\d{1,5})?$/i

/** The name of a Host header, lower case, without port and final dot; null when it is not one. */
export function hostName(host: string | undefined): string | null {
  return (host !== undefined && HOST.exec(host)?.[1]?.toLowerCase()) || null
}

/**
 * `localhost` and everything below it is reserved (RFC 6761, 6.3): nobody can own such a name, so
 * it cannot be rebound. A leading dot in `allowed` stands for all names below.
 */
export function isAllowedHost(host: string | undefined, allowed: readonly string[]): boolean {
  const name = hostName(host)
  if (name === null) return false
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  if (name === '127.0.0.1' || name === '[::1]') return true
  return allowed.some((entry) =>
    entry.startsWith('.') ? name.endsWith(entry) || name === entry.slice(1) : name === entry,
  )
}

/**
 * `Sec-Fetch-Site` where the browser sends it, which it does on HTTPS and on localhost; else
 * `Origin` against Host. Neither there: not proven, so no.
 */
function isSameOrigin(q: AccessQuestion): boolean {
  if (q.site !== undefined) return q.site === 'same-origin'
  if (q.origin === undefined || q.host === undefined) return false
  return /^https?:\/\/(.+)$/i.exec(q.origin)?.[1]?.toLowerCase() === q.host.toLowerCase()
}
