import { types } from 'node:util'
import { cutText, ownCopy } from '../cut-text.ts'
import { describeError } from './describe-error.ts'
import { define, ownNames, valueOf } from './safe-object.ts'

const MAX_DEPTH = 8

/**
 * Copies values of the app into plain data that JSON can hold, within a budget of characters.
 * What does not fit is left out or cut.
 */
export class PlainCopy {
  /** Whether something did not fit. */
  wasCut = false
  readonly #max: number
  #budget: number
  /** The objects around the one that is copied now, to see cycles. */
  readonly #path: object[] = []

  constructor(maxCharacters: number) {
    this.#max = maxCharacters
    this.#budget = maxCharacters
  }

  /** Characters that were copied, about as many as JSON has. */
  get size(): number {
    return this.#max - this.#budget
  }

  /**
   * The entries of an object, as far as they fit.
   *
   * @param change - Is given each value before it is copied.
   */
  entries(
    source: object,
    change?: (value: unknown, name: string) => unknown,
  ): Record<string, unknown> {
    const copy: Record<string, unknown> = {}
    this.#path.push(source)
    for (const name of ownNames(source)) {
      if (!this.#take(name.length + 4)) break
      const value = valueOf(source, name)
      const plain = this.#value(change === undefined ? value : change(value, name))
      if (plain !== undefined) define(copy, name, plain)
    }
    this.#path.pop()
    return copy
  }

  #value(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        // JSON has no NaN, no Infinity and no negative zero.
        return Number.isFinite(value) ? this.#sized(value + 0, 8) : this.#text(String(value))
      case 'boolean':
        return this.#sized(value, 5)
      case 'bigint':
        // As text costs time by the square of its length, and it may be very long.
        return value < 2n ** 256n && value > -(2n ** 256n) ? this.#text(`${value}`) : '[bigint]'
      case 'symbol':
        return this.#text(String(value))
      case 'function':
        return this.#text('[function]')
      case 'undefined':
        return undefined
      default:
        return value === null ? this.#sized(null, 4) : this.#object(value as object)
    }
  }

  #object(value: object): unknown {
    if (this.#path.includes(value)) return this.#text('[circular]')
    if (this.#path.length >= MAX_DEPTH) {
      this.wasCut = true
      return this.#text('[deep]')
    }
    // Asked by internal slots, which proxies do not have and getters cannot fake.
    if (types.isDate(value)) return this.#text(dateText(value))
    if (types.isNativeError(value)) return this.entries(messageOf(value))
    if (types.isRegExp(value)) return this.#text('[regexp]')
    if (types.isPromise(value)) return this.#text('[promise]')
    if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return this.#text('[binary]')
    if (types.isMap(value)) return this.#items(value, Map.prototype.entries.call(value))
    if (types.isSet(value)) return this.#items(value, Set.prototype.values.call(value))
    if (isArray(value)) return this.#items(value, elements(value))
    return this.entries(value)
  }

  #items(source: object, values: Iterable<unknown>): unknown[] {
    const copy: unknown[] = []
    this.#path.push(source)
    for (const value of values) {
      if (!this.#take(2)) break
      copy.push(this.#value(value) ?? null)
    }
    this.#path.pop()
    return copy
  }

  #text(text: string): string {
    if (this.#take(text.length)) return ownCopy(text)
    const cut = cutText(text, Math.max(this.#budget, 0))
    this.#budget = 0
    return cut
  }

  #sized<T>(value: T, characters: number): T {
    this.#take(characters)
    return value
  }

  /** Takes from the budget; false when it does not suffice. */
  #take(characters: number): boolean {
    if (characters > this.#budget) {
      this.wasCut = true
      return false
    }
    this.#budget -= characters
    return true
  }
}

/** By index: an array's iterator may have been replaced, and a proxy's traps may throw. */
function* elements(array: readonly unknown[]): Generator {
  const length = Number(valueOf(array, 'length'))
  for (let i = 0; i < length; i++) yield valueOf(array, String(i))
}

/** `Array.isArray` throws for a revoked proxy. */
function isArray(value: object): value is unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString()
}

function messageOf(error: Error): object {
  const { name, message } = describeError(error)
  return { name, message }
}
