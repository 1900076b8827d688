import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** How long a browser stays signed in, in seconds. */
export const SESSION_SECONDS: number = 12 * 3600

const MAX_REVOKED = 1000

/**
 * What a browser gets in exchange for the token: `<id>.<expiry>.<mac>`, in a cookie.
 *
 * The id is random and the MAC is keyed by the token, so there is no table of sessions to fill up,
 * every worker of a cluster and every instance behind a balancer knows the ticket, a restart does
 * not sign anybody out, and a new token signs everybody out. Signing out is remembered by this
 * process, up to a bound; elsewhere the browser just forgets its cookie.
 */
export class SessionTickets {
  readonly #key: Buffer
  readonly #revoked = new Map<string, number>()
  /** Two apps on one host share their cookies whatever the port: each token has its own name. */
  readonly cookieName: string

  constructor(token: string) {
    this.#key = createHmac('sha256', token).update('mtaio session').digest()
    this.cookieName = `mtaio_${this.#mac('cookie name').slice(0, 8)}`
  }

  issue(nowSeconds: number): string {
    const body = `${randomBytes(16).toString('base64url')}.${Math.floor(nowSeconds) + SESSION_SECONDS}`
    return `${body}.${this.#mac(body)}`
  }

  isValid(ticket: string, nowSeconds: number): boolean {
    const end = ticket.lastIndexOf('.')
    if (end < 0 || ticket.length > 200) return false
    const body = ticket.slice(0, end)
    const given = Buffer.from(ticket.slice(end + 1))
    const wanted = Buffer.from(this.#mac(body))
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false
    return Number(body.split('.')[1]) > nowSeconds && !this.#revoked.has(body)
  }

  revoke(ticket: string, nowSeconds: number): void {
    if (!this.isValid(ticket, nowSeconds)) return
    const body = ticket.slice(0, ticket.lastIndexOf('.'))
    for (const [old, expiry] of this.#revoked) {
      if (expiry > nowSeconds && this.#revoked.size < MAX_REVOKED) break
      this.#revoked.delete(old)
    }
    this.#revoked.set(body, Number(body.split('.')[1]))
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
}
