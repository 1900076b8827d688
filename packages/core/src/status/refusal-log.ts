import type { RefusalReason } from './access-decision.ts'
import { AUTHORIZE_SECONDS } from './ask-authorize.ts'

const GUARD = 'token: process.env.MTAIO_TOKEN, or authorize: (req, resource) => …'

/** What the operator is told; nothing in it comes from the request. */
const REASONS: Readonly<Record<RefusalReason, string>> = {
  'remote-peer': `it came from another machine, and nothing guards the page. Add ${GUARD}.`,
  proxied: `it came through a proxy, and nothing guards the page. Add ${GUARD}.`,
  host:
    'its Host is not a name of this machine. If it is one, add it to allowedHosts, such as ' +
    "allowedHosts: ['app.test'].",
  'cross-site': 'it came from a page of another site. Open the address by itself.',
  'not-same-origin':
    'it would change something, or came from another origin, and did not prove that it comes from ' +
    'the page. Scripts send the token as Authorization: Bearer.',
  'token-missing':
    'it showed no token. Send Authorization: Bearer <token>, or sign in on the page.',
  'token-wrong': 'its token is not the one of the option token.',
  'authorize-refused': 'authorize did not return true for it.',
  'authorize-failed': 'authorize threw or rejected. Mend it; errors always refuse.',
  'authorize-late': `authorize gave no answer within ${AUTHORIZE_SECONDS} seconds. Mend it.`,
}

/** Tells the operator why requests are refused: each reason once, all counted. */
export class RefusalLog {
  readonly #path: string
  readonly #warn: (message: string) => void
  readonly #counts = new Map<RefusalReason, number>()

  constructor(path: string, warn: (message: string) => void) {
    this.#path = path
    this.#warn = warn
  }

  /** Refusals since the start. */
  get total(): number {
    let total = 0
    for (const count of this.#counts.values()) total += count
    return total
  }

  /** How often `authorize` failed, or gave no answer. */
  get failures(): number {
    return this.#count('authorize-failed') + this.#count('authorize-late')
  }

  add(reason: RefusalReason): void {
    const count = this.#count(reason) + 1
    this.#counts.set(reason, count)
    if (count === 1) this.#warn(`A request for ${this.#path} was refused: ${REASONS[reason]}`)
  }

  #count(reason: RefusalReason): number {
    return this.#counts.get(reason) ?? 0
  }
}

/** Said at start-up in production. */
export function notMountedMessage(path: string): string {
  return `${path} is not served, since nothing guards it in production. Add ${GUARD}.`
}
