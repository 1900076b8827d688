/** What stands for what was taken out. */
const INPUT = '[input]'

/**
 * What parsers that come with Node and the frameworks say of input that they cannot read: the texts
 * before and after the place where they quote it. Found by their words and not by their class, since
 * frameworks wrap one error in another and keep the words.
 */
const QUOTES: readonly (readonly [before: string, after: string])[] = [
  // V8, JSON.parse: Unexpected token 'p', "password=h"... is not valid JSON
  ['Unexpected token ', ' is not valid JSON'],
  // Express: Failed to decode param '%zz'
  ["Failed to decode param '", "'"],
  // Express, body-parser
  ['unsupported charset "', '"'],
  ['unsupported content encoding "', '"'],
  // Fastify: FST_ERR_CTP_INVALID_MEDIA_TYPE, FST_ERR_SCH_CONTENT_MISSING_SCHEMA, FST_ERR_BAD_URL, …
  ['Unsupported Media Type: ', ''],
  ["Schema is missing for the content type '", "'"],
  ["'", "' is not a valid url component"],
  ["'", "' is exceeding the max param length"],
]

/** A text of an error without what stock parsers quote of the body, the headers and the path. */
export function withoutQuotes(text: string): string {
  for (const [before, after] of QUOTES) {
    // From the first to the last, and by no regular expression: a client that writes these words
    // into its own input can neither end the quote too soon nor make the search slow.
    const start = text.indexOf(before) + before.length
    if (start < before.length) continue
    const end = after === '' ? text.length : text.lastIndexOf(after)
    if (end >= start) text = text.slice(0, start) + INPUT + text.slice(end)
  }
  return text
}
