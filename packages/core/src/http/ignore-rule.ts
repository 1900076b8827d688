import type { HttpRequest } from './http-adapter.ts'
import { pathOf } from './request-path.ts'

/**
 * Requests that are not watched at all: paths, each with everything below it (`/health` is also
 * `/health/live`, not `/healthy`), or a function that says so.
 */
export type IgnoreOption = readonly string[] | ((req: HttpRequest) => boolean)

/** Makes one test of the option `ignore`; null when nothing is ignored. */
export function ignoreRule(
  option: IgnoreOption | undefined,
): ((req: HttpRequest) => boolean) | null {
  if (option === undefined) return null
  if (typeof option === 'function') return option
  const paths = option.map((path) => path.replace(/\/+$/, ''))
  if (paths.length === 0) return null
  return (req) => {
    const asked = pathOf(req)
    return paths.some((path) => asked === path || asked.startsWith(`${path}/`))
  }
}
