const SETTLE_MS = 3000
const READER_EVENTS = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const

/**
 * Brings an element into view; at once for those who asked for less motion. A panel goes to the top,
 * since it is read from there; a card that is in sight stays where it is.
 */
export function scrollTo(id: string): void {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const element = document.getElementById(id)
  const block = element?.classList.contains('figure') === true ? 'nearest' : 'start'
  element?.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block })
}

/**
 * Brings an element into view and keeps it there while the page around it fills, as it does when a
 * shared link is opened, until the reader does something.
 *
 * @returns a function that lets go.
 */
export function keepInView(id: string): () => void {
  scrollTo(id)
  const sizes = new ResizeObserver(() => {
    document.getElementById(id)?.scrollIntoView({ behavior: 'auto', block: 'start' })
  })
  const letGo = (): void => {
    sizes.disconnect()
    clearTimeout(timer)
    for (const name of READER_EVENTS) window.removeEventListener(name, letGo)
  }
  const timer = setTimeout(letGo, SETTLE_MS)
  for (const name of READER_EVENTS) window.addEventListener(name, letGo, { passive: true })
  const main = document.querySelector('main')
  if (main !== null) sizes.observe(main)
  return letGo
}
