import { signal } from '@preact/signals'
import { BASE } from '../data/base-url.ts'
import type { Place } from './place.ts'
import { parsePlace, placeAddress } from './place.ts'

function here(): Place {
  const { pathname, search } = window.location
  const path = pathname.startsWith(BASE.pathname) ? pathname.slice(BASE.pathname.length) : ''
  return parsePlace(path, search)
}

/** Where the page is; follows the address and is written to it. */
export const place = signal<Place>(here())

/**
 * Goes to another place.
 *
 * @param how `push` makes a step that Back undoes; `replace` is for what is typed or dragged.
 */
export function go(change: Partial<Place>, how: 'push' | 'replace' = 'push'): void {
  const next = { ...place.value, ...change }
  const address = hrefOf(next)
  if (address !== window.location.href) {
    if (how === 'push') window.history.pushState(null, '', address)
    else window.history.replaceState(null, '', address)
  }
  place.value = next
}

/** The whole address of a place, to be copied or opened elsewhere. */
export function hrefOf(target: Place): string {
  return new URL(placeAddress(target), BASE).href
}

window.addEventListener('popstate', () => {
  place.value = here()
})
