import { withoutQuotes } from './client-quotes.ts'
import { changeTexts } from './error-texts.ts'
import { stringOf } from './safe-object.ts'
import type { ErrorTexts } from './span-document.ts'

/**
 * What a thrown value says of itself, in full length, but for what it is known to quote of a
 * client. Anything can be thrown; this never throws.
 */
export function describeError(thrown: unknown): ErrorTexts {
  return changeTexts(textsOf(thrown), withoutQuotes)
}

/**
 * What is behind a thrown value, the nearest first: its `cause`, what is behind that, and the errors
 * of an `AggregateError`, which Node throws when no address of a host can be connected to. Each
 * once, since they may go round in a circle. Never throws.
 *
 * @param most How many are looked for.
 */
export function causesOf(thrown: unknown, most: number): readonly unknown[] {
  // A set goes on with what is added while one reads it.
  const found = new Set([thrown])
  try {
    for (const error of found) {
      for (const cause of directCauses(error, most)) {
        if (found.size > most) break
        found.add(cause)
      }
    }
  } catch {
    // A getter, or a proxy: what was found so far is known.
  }
  found.delete(thrown)
  return [...found]
}

function* directCauses(error: unknown, most: number): Generator<unknown, void, undefined> {
  if (!isObject(error)) return
  const { cause } = error as { readonly cause?: unknown }
  // That of the package verror is a method.
  if (cause != null && typeof cause !== 'function') yield cause
  // Others have `errors` too: what a validator found, which are no errors of their own.
  if (error instanceof AggregateError) {
    const { errors } = error
    for (let i = 0; i < Math.min(errors.length, most); i++) yield errors[i]
  }
}

function textsOf(thrown: unknown): ErrorTexts {
  if (!isObject(thrown)) return { name: typeof thrown, message: String(thrown), stack: null }
  return {
    name: stringOf(thrown, 'name') ?? 'object',
    message: stringOf(thrown, 'message') ?? '',
    stack: stringOf(thrown, 'stack'),
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
