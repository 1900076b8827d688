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

/** What the page writes into the query of its address; nothing else is taken over, such as a token. */
const CHOICES = new Set(
  'range from to sort psort msort find of route view method status least text'.split(' '),
)
const MAX_SEARCH = 1000

/**
 * Where a page is, below the mount path: a request's address or the start, with what is chosen there.
 * What it gives can be put into a header, and into a page where `&` is escaped.
 */
export function placeBelow(place: string): string {
  const [path = '', search = ''] = place.split(/\?(.*)/s)
  const known = /^r\/[0-9a-f]{1,64}$/.test(path) ? path : ''
  const chosen = [...new URLSearchParams(search)].filter(([name]) => CHOICES.has(name))
  const text = new URLSearchParams(chosen).toString()
  return text === '' || text.length > MAX_SEARCH ? known : `${known}?${text}`
}
