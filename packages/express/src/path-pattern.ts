import type { Layer, Path } from './express-internals.ts'
import { readRegExp } from './mount-regexp.ts'

/** A path as the developer wrote it, in one line. */
export function patternOf(path: Path): string {
  return Array.isArray(path) ? path.map(patternOf).join('|') : String(path)
}

const mountPatterns = new WeakMap<Layer, string>()

/** What a router was mounted with; empty for the root. */
export function mountPattern(layer: Layer): string {
  let pattern = mountPatterns.get(layer)
  if (pattern === undefined) {
    const { rawPath = '/', regexp, keys = [] } = layer
    pattern = regexp === undefined ? withoutSlash(rawPath) : readRegExp(regexp, keys)
    if (pattern === '/') pattern = ''
    mountPatterns.set(layer, pattern)
  }
  return pattern
}

/** Whether a mount says its path. What router 2.0 to 2.2 made before anybody looked does not. */
export function keepsPath({ slash, rawPath, route }: Layer): boolean {
  return slash !== false || rawPath !== undefined || route !== undefined
}

/**
 * What is sure of a mount that does not keep its path, but only what the latest request had: the
 * names of the parameters, and not where in the path they are.
 */
export function generalPattern({ keys = [], params, path }: Layer): string {
  if (keys.length > 0) {
    return keys.map((key) => `/*${typeof key === 'object' ? key.name : key}`).join('')
  }
  // Without parameters the text is the path, in the client's case. Only that of a RegExp may be
  // anything, and comes with other params.
  const isPath = params !== undefined && Object.getPrototypeOf(params) === null
  return isPath && path !== undefined ? withoutSlash(path.toLowerCase()) : '/*'
}

/** `/api/` is mounted as `/api`. */
function withoutSlash(path: Path): string {
  if (Array.isArray(path)) return path.map(withoutSlash).join('|')
  return typeof path === 'string' ? path.replace(/(?<=.)\/+$/, '') : patternOf(path)
}
