/** V8 points into the long text only from this length on, and copies what is shorter. */
const LEAST_SLICE = 13

/**
 * A text cut to so many characters. The result holds on to nothing else: V8 makes a slice of a text
 * by pointing into it, and so keeps the whole of it in memory for as long as the slice lives. Where
 * a surrogate pair is cut in half, a replacement character stands for it.
 */
export function cutText(text: string, max: number): string {
  return text.length <= max ? text : ownCopy(text.slice(0, max).toWellFormed())
}

/**
 * The same text, but none that points into another. Whatever is kept for longer goes through here,
 * also what is short: the app may have cut it out of a body or an address.
 */
export function ownCopy(text: string): string {
  if (text.length < LEAST_SLICE) return text
  // UTF-8 has no lone surrogates, and UTF-16 takes twice the memory for most texts.
  const encoding = text.isWellFormed() ? 'utf8' : 'utf16le'
  return Buffer.from(text, encoding).toString(encoding)
}
