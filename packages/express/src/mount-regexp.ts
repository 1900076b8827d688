import type { Layer } from './express-internals.ts'

// What Express 4 puts behind the path of a mount.
const TAIL = /\\?\/\?\(\?=\\?\/\|\$\)/

/** Express 4 keeps of a mount only the regular expression that the path was made into. */
export function readRegExp(
  regexp: NonNullable<Layer['regexp']>,
  keys: NonNullable<Layer['keys']>,
): string {
  if (regexp.fast_slash === true) return '/'
  // Up to Express 4.19 an array of paths is put into one group.
  const source = regexp.source.replace(/^\(\?:(\^.*)\)$/, '$1')
  // The developer's own.
  if (!source.startsWith('^') || !TAIL.test(source)) return String(regexp)
  const names = keys.values()
  const nameOf = (): string => {
    const key = names.next().value
    return typeof key === 'object' && typeof key.name === 'string' ? `:${key.name}` : '*'
  }
  return source
    .split(/\|(?=\^)/)
    .map((part) => readSource(part.slice(1).replace(TAIL, ''), nameOf))
    .join('|')
}

/** Reads the source of a made regular expression back: a group that captures is a parameter. */
function readSource(source: string, nameOf: () => string): string {
  let pattern = ''
  for (let at = 0; at < source.length; at++) {
    const rest = source.slice(at)
    if (rest.startsWith('(?:')) {
      const end = endOfGroup(rest)
      pattern += readSource(rest.slice(3, end), nameOf)
      at += end
    } else if (rest.startsWith('(')) {
      pattern += nameOf()
      at += endOfGroup(rest)
    } else if (rest.startsWith('\\')) {
      pattern += rest[1] ?? ''
      at++
    } else {
      pattern += rest[0]
    }
  }
  return pattern
}

/** Where the group that the source begins with is closed. */
function endOfGroup(source: string): number {
  let depth = 0
  for (let at = 0; at < source.length; at++) {
    const sign = source[at]
    if (sign === '\\') at++
    else if (sign === '[') at = source.indexOf(']', at)
    else if (sign === '(') depth++
    else if (sign === ')' && --depth === 0) return at
  }
  return source.length
}
