import type { ErrorDocument } from './span-document.ts'
import { stringOf } from './safe-object.ts'

/** What a thrown value says of itself, in full length. Anything can be thrown; this never throws. */
export function describeError(thrown: unknown): ErrorDocument {
  if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) {
    return { name: typeof thrown, message: String(thrown), stack: null }
  }
  return {
    name: stringOf(thrown, 'name') ?? 'object',
    message: stringOf(thrown, 'message') ?? '',
    stack: stringOf(thrown, 'stack'),
  }
}
