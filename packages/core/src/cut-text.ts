/**
 * A text cut to so many characters. The result holds on to nothing else: V8 makes a slice of a text
 * by pointing into it, and so keeps the whole of it in memory for as long as the slice lives.
 */
export function cutText(text: string, max: number): string {
  return text.length <= max ? text : ownCopy(text.slice(0, max))
}

/**
 * A copy of a slice that no longer points into the text that it was cut from. Half a surrogate pair
 * becomes a replacement character.
 */
export function ownCopy(slice: string): string {
  return Buffer.from(slice, 'utf8').toString('utf8')
}
