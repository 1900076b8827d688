/** Text is turned into bytes in pieces of about this many characters. */
const PIECE = 65_536

/** A long text that is turned into bytes bit by bit, so that no part of it takes long. */
export class Pieces {
  readonly #encoding: BufferEncoding
  readonly #done: Buffer[] = []
  #text = ''
  #byteLength = 0

  /** @param encoding `utf8`, which also replaces lone surrogates, or `latin1` for bytes. */
  constructor(encoding: 'utf8' | 'latin1') {
    this.#encoding = encoding
  }

  /** Bytes so far; with `latin1` only, where a character is a byte. */
  get byteLength(): number {
    return this.#byteLength + this.#text.length
  }

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= PIECE) this.#flush()
  }

  /** Adds all of another one, which must not be used any more. */
  append(other: Pieces): void {
    if (other.#done.length > 0) {
      this.#flush()
      for (const piece of other.#done) this.#done.push(piece)
      this.#byteLength += other.#byteLength
    }
    this.add(other.#text)
  }

  end(): readonly Buffer[] {
    this.#flush()
    return this.#done
  }

  #flush(): void {
    if (this.#text === '') return
    const piece = Buffer.from(this.#text, this.#encoding)
    this.#done.push(piece)
    this.#byteLength += piece.byteLength
    this.#text = ''
  }
}
