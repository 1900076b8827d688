import { expect, it } from 'vitest'
import { describeError } from './describe-error.ts'
import { Sanitizer } from './sanitizer.ts'
import { resolveLimits } from '../limits.ts'

/** What parsing this throws. */
function jsonError(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}

it.each([
  'secret=hunter2',
  '{"a":secret}',
  '["a long text before the place that is wrong", secret, "and a long one after it"]',
  'secret\n    at secret (/secret.js:1:1)',
])('what JSON.parse says of %j does not quote it', (text) => {
  const thrown = jsonError(text) as SyntaxError
  expect(thrown.message + thrown.stack).toContain('secret')
  const { name, message, stack } = describeError(thrown)
  expect([name, message]).toEqual(['SyntaxError', 'Unexpected token [input] is not valid JSON'])
  expect(stack).not.toMatch(/secret/)
  // The frames are still there.
  expect(stack).toContain('client-quotes.test.ts')
})

it.each([
  ["Failed to decode param 'it's%zz'", "Failed to decode param '[input]'"],
  ['unsupported charset "SECRET"', 'unsupported charset "[input]"'],
  ['unsupported content encoding "a"b"', 'unsupported content encoding "[input]"'],
  ['Unsupported Media Type: text/secret', 'Unsupported Media Type: [input]'],
  ["'/a/%zz' is not a valid url component", "'[input]' is not a valid url component"],
  ["'bob' is exceeding the max param length", "'[input]' is exceeding the max param length"],
  ["wrapped: Failed to decode param 'x'", "wrapped: Failed to decode param '[input]'"],
  [
    `Unexpected token 's', "s is not valid JSON s" is not valid JSON`,
    'Unexpected token [input] is not valid JSON',
  ],
  ['Unsupported Media Type', 'Unsupported Media Type'],
  ['Unexpected end of JSON input', 'Unexpected end of JSON input'],
  ['Unexpected token of a parser of the app', 'Unexpected token of a parser of the app'],
])('%j is kept as %j', (given, kept) => {
  const { message, stack } = describeError(new Error(given))
  expect(message).toBe(kept)
  expect(stack).toMatch(`Error: ${kept}\n    at `)
})

it('a stack that was made before the message was changed loses its quotes, too', () => {
  const error = new URIError("Failed to decode param 'secret'")
  expect(error.stack).toContain('secret') // It is made when it is first read.
  error.message = 'changed'
  expect(describeError(error).stack).toContain("Failed to decode param '[input]'\n    at ")
})

it('nothing of an error is kept beside its texts, not the body that a parser puts on it', () => {
  const error = Object.assign(jsonError('secret') as Error, {
    body: 'secret',
    type: 'entity.parse.failed',
  })
  const sanitizer = new Sanitizer(resolveLimits())
  expect(JSON.stringify(sanitizer.error(error))).not.toContain('secret')
  expect(JSON.stringify(sanitizer.metadata({ error }))).not.toContain('secret')
})

it('words that a client repeats a million times are searched once', () => {
  const beganMs = performance.now()
  describeError(new Error('Unexpected token '.repeat(1e6)))
  expect(performance.now() - beganMs).toBeLessThan(1000)
})
