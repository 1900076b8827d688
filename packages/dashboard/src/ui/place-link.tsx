import type { ComponentChildren, JSX } from 'preact'
import { go, hrefOf, place } from '../state/navigation.ts'
import type { Place } from '../state/place.ts'
import { scrollTo } from './scroll.ts'

interface PlaceLinkProps {
  readonly to: Partial<Place>
  readonly class?: string
  readonly title?: string
  readonly label?: string
  /** The id of what is scrolled to. */
  readonly show?: string
  readonly children: ComponentChildren
}

/** A link to another place of the page: can be copied and opened in a new tab, and Back works. */
export function PlaceLink({ to, show, label, children, ...rest }: PlaceLinkProps): JSX.Element {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return
    event.preventDefault()
    go(to)
    if (show !== undefined) scrollTo(show)
  }
  return (
    <a {...rest} href={hrefOf({ ...place.value, ...to })} aria-label={label} onClick={follow}>
      {children}
    </a>
  )
}
