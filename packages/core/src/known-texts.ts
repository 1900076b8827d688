import { cutText, ownCopy } from './cut-text.ts'

/**
 * Texts that come again and again, such as names: each is copied when it is first seen, so that what
 * is kept never points into a larger text of the app, and a text that is known costs a look-up only.
 */
export class KnownTexts {
  readonly #max: number
  readonly #maxLength: number
  readonly #known = new Map<string, string>()

  constructor(max: number, maxLength: number) {
    this.#max = max
    this.#maxLength = maxLength
  }

  /** The text, cut to its length; the same as before where it is known. */
  own(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const isShort = text.length <= this.#maxLength
    const copy = isShort ? ownCopy(text) : cutText(text, this.#maxLength)
    // Apps make up names: over the bound each is copied anew.
    if (isShort && this.#known.size < this.#max) this.#known.set(copy, copy)
    return copy
  }
}
