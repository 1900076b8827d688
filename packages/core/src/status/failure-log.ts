import { cutText } from '../cut-text.ts'

/** How many different messages are said; each may come as often as somebody asks. */
const MAX_SAID = 20
const MAX_LENGTH = 500

/** Tells the operator what failed inside: each message once, all counted. */
export class FailureLog {
  readonly #path: string
  readonly #warn: (message: string) => void
  readonly #said = new Set<string>()
  #total = 0

  constructor(path: string, warn: (message: string) => void) {
    this.#path = path
    this.#warn = warn
  }

  /** Failures since the start. */
  get total(): number {
    return this.#total
  }

  add(error: unknown): void {
    this.#total++
    const text = cutText(
      error instanceof Error ? error.message : 'something was thrown',
      MAX_LENGTH,
    )
    if (this.#said.size >= MAX_SAID || this.#said.has(text)) return
    this.#said.add(text)
    this.#warn(`A request for ${this.#path} failed: ${text}`)
  }
}
