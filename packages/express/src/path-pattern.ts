import type { Layer, Path } from './express-internals.ts'
import { readRegExp } from './mount-regexp.ts'

/** A path as the developer wrote it, in one line. */
export function patternOf(path: Path): string {
  return Array.isArray(path) ? path.map(patternOf).join('|') : String(path)
}

/** The pattern that a router was mounted with; undefined where its first request will tell. */
export function mountPatternOf(layer: Layer): string | undefined {
  const { rawPath, regexp, keys = [], slash } = layer
  if (rawPath !== undefined) return withoutSlash(rawPath)
  if (regexp !== undefined) return readRegExp(regexp, keys)
  return slash === true ? '/' : generalPattern(layer)
}

/** The pattern of a route behind those of its mounts. */
export function join(mounts: readonly string[], route: string): string {
  const prefix = mounts.filter((mount) => mount !== '/').join('')
  return prefix !== '' && route === '/' ? prefix : prefix + route
}

/**
 * What is sure of a mount of router 2.0 to 2.2 that was declared before mtaio was: they keep only what
 * the latest request had, the names of the parameters, and not where in the path they are.
 */
function generalPattern({ keys = [], params, path }: Layer): string | undefined {
  if (params === undefined) return undefined
  if (keys.length > 0) {
    return keys.map((key) => `/*${typeof key === 'object' ? key.name : key}`).join('')
  }
  // Without parameters the text is the path, in the client's case. Only that of a RegExp may be
  // anything, and comes with other params.
  const isPath = Object.getPrototypeOf(params) === null
  return isPath && path !== undefined ? withoutSlash(path.toLowerCase()) : '/*'
}

/** `/api/` is mounted as `/api`. */
function withoutSlash(path: Path): string {
  if (Array.isArray(path)) return path.map(withoutSlash).join('|')
  return typeof path === 'string' ? path.replace(/(?<=.)\/+$/, '') : patternOf(path)
}
