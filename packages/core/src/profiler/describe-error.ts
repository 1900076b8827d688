import { withoutQuotes } from './client-quotes.ts'
import { changeTexts } from './error-texts.ts'
import { stringOf } from './safe-object.ts'
import type { ErrorDocument } from './span-document.ts'

/**
 * What a thrown value says of itself, in full length, but for what it is known to quote of a
 * client. Anything can be thrown; this never throws.
 */
export function describeError(thrown: unknown): ErrorDocument {
  return changeTexts(textsOf(thrown), withoutQuotes)
}

function textsOf(thrown: unknown): ErrorDocument {
  if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) {
    return { name: typeof thrown, message: String(thrown), stack: null }
  }
  return {
    name: stringOf(thrown, 'name') ?? 'object',
    message: stringOf(thrown, 'message') ?? '',
    stack: stringOf(thrown, 'stack'),
  }
}
