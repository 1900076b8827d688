import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { clock } from '../clock.ts'
import { MtaioError } from '../errors.ts'
import { shown } from '../option-value.ts'
import { decide } from './access-decision.ts'
import type { AccessQuestion, Decision, RefusalReason, Resource } from './access-decision.ts'
import { askAuthorize } from './ask-authorize.ts'
import { requestFacts, single } from './request-facts.ts'
import { SESSION_SECONDS, SessionTickets } from './session-ticket.ts'

/** Who may see the page. Without `authorize` and `token` only this machine may, in development. */
export interface AccessOptions {
  /**
   * Asked for each request below the path that carries no valid token. `true` lets it in; anything
   * else, an error and a rejection refuse it. It gets the request of Node, also in Koa and Fastify,
   * with what ran before mtaio has put on it: in Express a session that comes first. See "Sessions of
   * your app" in docs/security.md.
   *
   * @example
   * mtaioExpress({ authorize: async (req) => (await userOf(req.headers.cookie))?.isAdmin === true })
   */
  readonly authorize?:
    ((req: IncomingMessage, resource: Resource) => boolean | Promise<boolean>) | undefined
  /**
   * A secret that lets in whoever sends `Authorization: Bearer <token>`; a browser is asked for it
   * once. Printable ASCII without spaces.
   */
  readonly token?: string | undefined
  /**
   * Further names under which this machine is reached in development, beside `localhost`,
   * `*.localhost`, `127.0.0.1` and `[::1]`. A leading dot allows all names below: `.app.test`.
   */
  readonly allowedHosts?: readonly string[] | undefined
  /** Answers `health` to everybody, without the details. Default: `false`. */
  readonly publicHealth?: boolean | undefined
}

/** {@link AccessOptions} after their checks. */
export interface ResolvedAccess {
  readonly authorize: AccessOptions['authorize'] | null
  readonly token: string | null
  readonly allowedHosts: readonly string[]
  readonly publicHealth: boolean
}

/**
 * Checks the options of access at start-up.
 *
 * @throws MtaioError `MTAIO_OPTION_INVALID`, also for an empty token, which would let everybody in.
 */
export function resolveAccess(options: AccessOptions = {}): ResolvedAccess {
  const { authorize, token, allowedHosts = [], publicHealth = false } = options
  if (authorize !== undefined && typeof authorize !== 'function') {
    throw invalid('authorize must be a function of (req, resource).')
  }
  if (token !== undefined && (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))) {
    throw invalid(
      'token must be a text of printable ASCII without spaces, and not empty. ' +
        'See whether the environment variable is set that you read it from.',
    )
  }
  if (!Array.isArray(allowedHosts)) throw invalid('allowedHosts must be an array of host names.')
  for (const host of allowedHosts as readonly unknown[]) {
    if (
      typeof host !== 'string' ||
      !/^\.?([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/i.test(host)
    ) {
      throw invalid(
        `allowedHosts must hold host names without a port, such as app.test, not ${shown(host)}.`,
      )
    }
  }
  if (typeof publicHealth !== 'boolean') throw invalid('publicHealth must be true or false.')
  return {
    authorize: authorize ?? null,
    token: token ?? null,
    allowedHosts: allowedHosts.map((host) => host.toLowerCase()),
    publicHealth,
  }
}

/**
 * How long a stream may go on that `authorize` let in, in seconds. Then it ends; the browser comes
 * back by itself, and `authorize` is asked anew.
 */
const AUTHORIZED_STREAM_SECONDS = 600

function invalid(message: string): MtaioError {
  return new MtaioError('MTAIO_OPTION_INVALID', message)
}

/** What the gate reports to: the log and the counters of the handler. */
export interface AccessObserver {
  refused(reason: RefusalReason): void
  notMounted(): void
}

/** The gate before everything that mtaio serves. */
export class Access {
  readonly #options: ResolvedAccess
  readonly #observer: AccessObserver
  readonly #production: boolean
  readonly #tickets: SessionTickets | null
  readonly #compareKey: Buffer = randomBytes(32)

  constructor(options: ResolvedAccess, observer: AccessObserver, environment?: string) {
    this.#options = options
    this.#observer = observer
    this.#production = (environment ?? process.env['NODE_ENV']) === 'production'
    this.#tickets = options.token === null ? null : new SessionTickets(options.token)
  }

  /** False when nothing but a public health can ever be seen. */
  get isMounted(): boolean {
    const { token, authorize } = this.#options
    return !this.#production || token !== null || authorize !== null
  }

  /** Whether a browser can sign in with a token. */
  get hasToken(): boolean {
    return this.#tickets !== null
  }

  /** Decides at once, or after `authorize` has; never throws, never rejects. */
  check(req: IncomingMessage, resource: Resource): Decision | Promise<Decision> {
    const question: AccessQuestion = {
      ...requestFacts(req),
      production: this.#production,
      resource,
      publicHealth: this.#options.publicHealth,
      allowedHosts: this.#options.allowedHosts,
      token: this.#tokenOf(req),
      authorize: this.#options.authorize === null ? 'not-set' : 'not-asked',
    }
    const decision = decide(question)
    return decision.kind === 'ask' ? this.#ask(req, question) : this.#told(decision)
  }

  async #ask(req: IncomingMessage, question: AccessQuestion): Promise<Decision> {
    const authorize = await askAuthorize(() => this.#options.authorize?.(req, question.resource))
    return this.#told(decide({ ...question, authorize }))
  }

  /**
   * Of a request that was let in: whether it still would be. Asked again and again while a stream
   * is open, so it must be cheap; `authorize` itself is asked when the browser comes back.
   */
  permission(req: IncomingMessage): () => boolean {
    const shown = this.#tokenOf(req)
    if (shown === 'session') return () => this.#tokenOf(req) === 'session'
    if (shown === 'bearer' || this.#options.authorize === null) return () => true
    const endMs = clock.now() + AUTHORIZED_STREAM_SECONDS * 1000
    return () => clock.now() < endMs
  }

  #told(decision: Decision): Decision {
    if (decision.kind === 'refuse') this.#observer.refused(decision.reason)
    if (decision.kind === 'not-mounted') this.#observer.notMounted()
    return decision
  }

  #tokenOf(req: IncomingMessage): AccessQuestion['token'] {
    if (this.#tickets === null) return 'not-set'
    const header = single(req, 'authorization')
    const bearer = header === undefined ? null : /^bearer +(.*)$/i.exec(header)
    if (bearer) return this.isToken(bearer[1] ?? '') ? 'bearer' : 'wrong'
    const ticket = this.#ticketOf(req)
    if (ticket === undefined) return 'missing'
    return this.#tickets.isValid(ticket, Date.now() / 1000) ? 'session' : 'missing'
  }

  /** Both sides are hashed with a key of this process: equal lengths, and time tells nothing. */
  isToken(given: string): boolean {
    const { token } = this.#options
    return token !== null && timingSafeEqual(this.#digest(given), this.#digest(token))
  }

  #digest(text: string): Buffer {
    return createHmac('sha256', this.#compareKey).update(text).digest()
  }

  #ticketOf(req: IncomingMessage): string | undefined {
    const prefix = `${this.#tickets?.cookieName ?? ''}=`
    const pair = single(req, 'cookie')
      ?.split(';')
      .find((part) => part.trim().startsWith(prefix))
    return pair?.trim().slice(prefix.length)
  }

  /** The `Set-Cookie` of a new session, or null when the token is not right. */
  signIn(req: IncomingMessage, token: string): string | null {
    if (this.#tickets === null) return null
    if (!this.isToken(token)) {
      this.#observer.refused('token-wrong')
      return null
    }
    return this.#cookie(req, this.#tickets.issue(Date.now() / 1000), SESSION_SECONDS)
  }

  /** Ends the session of this request; the `Set-Cookie` that clears it, or null without a token. */
  signOut(req: IncomingMessage): string | null {
    if (this.#tickets === null) return null
    const ticket = this.#ticketOf(req)
    if (ticket !== undefined) this.#tickets.revoke(ticket, Date.now() / 1000)
    return this.#cookie(req, '', 0)
  }

  /**
   * No Path on purpose: the browser then takes the directory of the address it sent to
   * (RFC 6265, 5.1.4). Only it knows that address when a proxy puts a prefix before the path.
   */
  #cookie(req: IncomingMessage, value: string, maxAge: number): string {
    const encrypted = (req.socket as { readonly encrypted?: boolean }).encrypted === true
    const secure = encrypted || single(req, 'x-forwarded-proto') === 'https'
    return (
      `${this.#tickets?.cookieName ?? ''}=${value}; Max-Age=${maxAge}; HttpOnly; SameSite=Strict` +
      (secure ? '; Secure' : '')
    )
  }
}
