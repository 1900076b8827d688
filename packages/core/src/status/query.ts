/** A parameter that cannot be used; answered with 400 and this message. */
export class QueryError extends Error {}

/**
 * The parameters of an API address, read strictly: a name that is not asked for, one that is there
 * twice and a value that cannot be used are errors, so that a typing mistake never looks like data
 * and no number from outside sets the amount of work.
 */
export class Query {
  readonly #params: URLSearchParams

  constructor(search: string, known: readonly string[]) {
    this.#params = new URLSearchParams(search)
    const seen = new Set<string>()
    for (const name of this.#params.keys()) {
      if (!known.includes(name)) {
        throw new QueryError(
          `Unknown parameter ${quote(name)}. ` +
            (known.length === 0 ? 'There are none here.' : `Known here: ${known.join(', ')}.`),
        )
      }
      if (seen.has(name)) throw new QueryError(`Parameter ${name} is there more than once.`)
      seen.add(name)
    }
  }

  /** For an address without parameters. */
  static none(search: string): void {
    void new Query(search, [])
  }

  text(name: string): string | null {
    return this.#params.get(name)
  }

  /** A text that the address is nothing without. */
  required(name: string): string {
    const given = this.#params.get(name)
    if (given === null || given === '') throw new QueryError(`Parameter ${name} is missing.`)
    return given
  }

  /** A status code such as `500`, or a class of them such as `5xx`. */
  status(name: string): string | null {
    const given = this.#params.get(name)
    if (given === null || /^[1-5](\d\d|xx)$/.test(given)) return given
    throw new QueryError(`${name} must be like 500 or 5xx, not ${quote(given)}.`)
  }

  /** A moment in epoch seconds, as a decimal number. */
  time(name: string): number | null {
    const given = this.#params.get(name)
    if (given === null) return null
    if (/^\d{1,12}(\.\d{1,9})?$/.test(given)) return Number(given)
    throw new QueryError(`${name} must be epoch seconds such as 1700000000.5, not ${quote(given)}.`)
  }

  oneOf<Value extends string>(name: string, values: readonly Value[], fallback: Value): Value {
    const given = this.#params.get(name)
    if (given === null) return fallback
    const found = values.find((value) => value === given)
    if (found !== undefined) return found
    throw new QueryError(`${name} must be one of ${values.join(', ')}, not ${quote(given)}.`)
  }

  /** A whole number in decimal digits: no sign, no exponent, no space. */
  wholeNumber(name: string, fallback: number, max: number): number {
    const given = this.#params.get(name)
    if (given === null) return fallback
    const value = /^\d{1,15}$/.test(given) ? Number(given) : NaN
    if (value >= 1 && value <= max) return value
    throw new QueryError(
      `${name} must be a whole number from 1 to ${String(max)}, not ${quote(given)}.`,
    )
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
