/**
 * The relative address of the mount path, seen from the page that was asked for; the page has it
 * as its `<base>`. Relative, since only the browser knows the whole address when a proxy puts a
 * prefix before it, and no redirect, since not every proxy leaves its target as it is.
 *
 * Without a slash at the end the last name of the mount path is needed. A proxy that renames it
 * (`/status` -> `/_monitor`) has to be asked with the slash.
 *
 * @param path The mount path, such as `/_monitor`.
 * @param below What follows it in the address: `''`, `'/'`, `'/r/4f1c…'`.
 *
 * @example
 * baseAddress('/_monitor', '') // '_monitor/'
 * baseAddress('/_monitor', '/') // './'
 * baseAddress('/_monitor', '/r/4f1c') // '../'
 */
export function baseAddress(path: string, below: string): string {
  const slashes = below.split('/').length - 1
  if (slashes === 0) return `${encodeURI(path.slice(path.lastIndexOf('/') + 1))}/`
  return slashes === 1 ? './' : '../'.repeat(slashes - 1)
}

/**
 * What follows the mount path in the target of a request, with its query; null when the request is
 * not for the path. Exact: another case or an encoded letter is another path, which is the app's.
 */
export function belowPath(path: string, target: string): string | null {
  if (!target.startsWith(path)) return null
  const below = target.slice(path.length)
  return below === '' || below.startsWith('/') || below.startsWith('?') ? below : null
}

/** `//api///snapshot/` is taken for `api/snapshot`. */
export function normalPath(below: string): string {
  return below.split('/').filter(Boolean).join('/')
}
