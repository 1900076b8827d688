import type { Layer, Match, Matcher, Path } from './express-internals.ts'

/** A path as the developer wrote it, in one line. */
export function patternOf(path: Path): string {
  return Array.isArray(path) ? path.map(patternOf).join('|') : String(path)
}

/** The pattern that a router was mounted with; undefined where only a request can tell. */
export function mountPatternOf(layer: Layer): string | undefined {
  if (layer.rawPath !== undefined) return withoutSlash(layer.rawPath)
  if (layer.regexp !== undefined) return fromRegExp(layer.regexp, layer.keys ?? [])
  return layer.slash === true ? '/' : undefined
}

/** `/api/` is mounted as `/api`. */
function withoutSlash(path: Path): string {
  if (Array.isArray(path)) return path.map(withoutSlash).join('|')
  return typeof path === 'string' ? path.replace(/(?<=.)\/$/, '') : patternOf(path)
}

/** The pattern of a route behind those of its mounts. */
export function join(mounts: readonly string[], route: string): string {
  const prefix = mounts.filter((mount) => mount !== '/').join('')
  return prefix !== '' && route === '/' ? prefix : prefix + route
}

// What Express 4 puts behind the path of a mount.
const TAIL = /\\?\/\?\(\?=\\?\/\|\$\)/

/** Express 4 keeps of a mount only the regular expression that the path was made into. */
function fromRegExp(
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
    const name = names.next().value?.name
    return typeof name === 'string' ? `:${name}` : '*'
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

// No path that is asked for has this, and no pattern.
const PROBE = '~mtaio~'

/**
 * The pattern of a mount of router 2.0 to 2.2, found by asking: a segment of the path is a parameter
 * when the mount takes any other text in its place, and its name is that which has the text then.
 */
export function askPattern(matcher: Matcher, match: Match): string {
  const names = Object.keys(match.params)
  const found = new Set<string>()
  const segments = match.path.split('/')
  const pattern = segments.map((segment, at) => {
    const other = segment === '' ? false : matcher(segments.with(at, PROBE).join('/'))
    const name = names.find((key) => other !== false && String(other.params[key]).includes(PROBE))
    if (name === undefined) return segment
    found.add(name)
    return `:${name}`
  })
  // A parameter that is a part of a segment was not found: better too general than made up.
  return found.size === names.length ? pattern.join('/') : names.map((name) => `/:${name}`).join('')
}
