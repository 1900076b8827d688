import { ownCopy } from './cut-text.ts'
import type { ErrorCode } from './errors.ts'

/** Where the few lines go that mtaio logs. `console`, pino and winston fit as they are. */
export interface Logger {
  warn(message: string): void
  error(message: string): void
}

// Looked up at each call, so that an app's tests can watch console.warn.
const CONSOLE: Logger = {
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
}

/** How many different lines are remembered as said. Then one more says that it is the last. */
const MAX_SAID = 500
const MAX_LENGTH = 1000

/**
 * What mtaio has to say, each thing once: a warning that comes with every sample or request would
 * fill a disk. Line breaks and escape codes are shown and never take effect, and a logger that
 * throws is none of the app's business.
 */
export class Log {
  readonly #logger: Logger
  readonly #redact: ((line: string, where: string) => unknown) | undefined
  readonly #said = new Set<string>()

  /** @param redact The option `redact`: a line may quote an error of the app. */
  constructor(logger: Logger = CONSOLE, redact?: (line: string, where: string) => unknown) {
    this.#logger = logger
    this.#redact = redact
  }

  /** @param key What the line is about; with `code` it decides whether it was said before. */
  warn(code: ErrorCode, key: string, message: string): void {
    this.#say('warn', code, key, message)
  }

  /** See {@link Log.warn}. */
  error(code: ErrorCode, key: string, message: string): void {
    this.#say('error', code, key, message)
  }

  #say(level: keyof Logger, code: ErrorCode, key: string, message: string): void {
    const id = `${code} ${key.slice(0, MAX_LENGTH)}`
    if (this.#said.size >= MAX_SAID || this.#said.has(id)) return
    this.#said.add(ownCopy(id))
    const last = this.#said.size === MAX_SAID ? ' (mtaio says nothing further.)' : ''
    try {
      this.#logger[level](`[mtaio] ${code}: ${neutralize(this.#redacted(message))}${last}`)
    } catch {
      // Logging is all that could be done about it.
    }
  }

  #redacted(message: string): string {
    if (this.#redact === undefined) return message
    try {
      const redacted = this.#redact(message, 'log')
      if (typeof redacted === 'string') return redacted
    } catch {
      // What it would have taken out is not known.
    }
    return '[redacted]'
  }
}

/** Makes line breaks, escape codes and other control characters visible, and cuts what is long. */
export function neutralize(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  return short.replace(
    // Control characters, line separators, and what turns the direction of writing.
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** What was thrown, in one line: anything can be thrown, also what cannot be turned into text. */
export function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  } catch {
    return 'something that cannot be shown as text'
  }
}
