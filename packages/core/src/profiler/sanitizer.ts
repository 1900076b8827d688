import { cutText, ownCopy } from '../cut-text.ts'
import type { Limits } from '../limits.ts'
import { causesOf, describeError } from './describe-error.ts'
import { changeTexts } from './error-texts.ts'
import { PlainCopy } from './plain-copy.ts'
import { define, ownNames, valueOf } from './safe-object.ts'
import type { ErrorDocument, ErrorTexts } from './span-document.ts'

/**
 * Changes what is about to be kept, for instance to take secrets out. `where` is `error.name`,
 * `error.message`, `error.stack` (of the causes of an error, too), `stackTrace`, `metadata.<name>`, or
 * `log` for a line that mtaio logs. What it returns is kept in place of the value. When it throws,
 * nothing of the value is kept.
 *
 * @example
 * redact: (value, where) => (where === 'metadata.email' ? '[email]' : value)
 */
export type Redact = (value: unknown, where: string) => unknown

/** What is kept where redacting failed. */
const REDACTED = '[redacted]'

/**
 * Turns what apps hand over - anything that can be thrown, anything that can be in an object - into
 * bounded plain data. Never throws, whatever getters and proxies do.
 */
export class Sanitizer {
  /** How often an error or a stack was cut. */
  errorsCut = 0
  /** How often metadata was cut. */
  metadataCut = 0
  /** How many errors have causes that were left out. */
  causesCut = 0
  /** Causes of the error that had most, as far as they are kept. */
  mostCauses = 0
  /** Characters of the longest message or stack that is kept. */
  longestError = 0
  /** Characters of the largest metadata that is kept. */
  largestMetadata = 0
  /** How often the `redact` function threw. */
  redactFailures = 0

  readonly #maxErrorLength: number
  readonly #maxErrorCauses: number
  readonly #maxMetadata: number
  readonly #redact: Redact | undefined

  constructor(limits: Limits, redact?: Redact) {
    this.#maxErrorLength = limits.maxErrorLength
    this.#maxErrorCauses = limits.maxErrorCauses
    this.#maxMetadata = limits.maxMetadataBytes
    this.#redact = redact
  }

  /**
   * Strings that describe whatever was thrown, and what is behind it.
   *
   * @param hide Takes out of a text what is not to be kept.
   */
  error(thrown: unknown, hide?: (text: string) => string): ErrorDocument {
    const most = this.#maxErrorCauses
    // One more, to see whether there is one.
    const found = causesOf(thrown, most + 1)
    if (found.length > most) this.causesCut++
    const causes = found.slice(0, most).map((cause) => this.#errorTexts(cause, hide))
    this.mostCauses = Math.max(this.mostCauses, causes.length)
    const texts = this.#errorTexts(thrown, hide)
    return causes.length === 0 ? texts : { ...texts, causes }
  }

  #errorTexts(thrown: unknown, hide?: (text: string) => string): ErrorTexts {
    const described = describeError(thrown)
    const { name, message, stack } = hide === undefined ? described : changeTexts(described, hide)
    return {
      name: this.text(name, 'error.name'),
      message: this.text(message, 'error.message'),
      stack: stack === null ? null : this.text(stack, 'error.stack'),
    }
  }

  /** A bounded, redacted text. */
  text(text: string, where: string): string {
    const redacted = this.#redacted(text, where)
    return this.#cut(typeof redacted === 'string' ? redacted : REDACTED)
  }

  /** A bounded copy of plain data: JSON-safe, without cycles. */
  metadata(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const copy = new PlainCopy(this.#maxMetadata)
    const redact = this.#redact
    const result = copy.entries(
      given,
      redact && ((value, name) => this.#redacted(value, `metadata.${name}`)),
    )
    if (copy.wasCut) this.metadataCut++
    this.largestMetadata = Math.max(this.largestMetadata, copy.size)
    return result
  }

  /** `Object.assign`, but a getter or a proxy that throws costs only its own entry. */
  assign(target: Record<string, unknown>, source: Readonly<Record<string, unknown>>): void {
    for (const name of ownNames(source)) define(target, name, valueOf(source, name))
  }

  #redacted(value: unknown, where: string): unknown {
    if (this.#redact === undefined) return value
    try {
      return this.#redact(value, where)
    } catch {
      this.redactFailures++
      return REDACTED
    }
  }

  #cut(text: string): string {
    const max = this.#maxErrorLength
    this.longestError = Math.max(this.longestError, Math.min(text.length, max))
    if (text.length <= max) return ownCopy(text)
    this.errorsCut++
    return cutText(text, max)
  }
}
