import { scrollTo } from '../ui/scroll.ts'
import { helpOpen } from './dialogs.ts'
import { togglePause } from './live.ts'
import { go, place } from './navigation.ts'
import type { Place, View } from './place.ts'
import { RANGES } from './place.ts'
import { nextTheme } from './theme.ts'

interface Shortcut {
  readonly keys: readonly string[]
  readonly text: string
  readonly run: (key: string) => void
}

function list(view: View): void {
  go({ view })
  scrollTo('requests')
}

function stepBack(): void {
  const { request, selection, route } = place.value
  const change: Partial<Place> | null =
    request !== null
      ? { request: null }
      : selection !== null
        ? { selection: null }
        : route !== null
          ? { route: null }
          : null
  if (change !== null) go(change)
}

/** Opens the next or the previous request of the list that is shown. */
function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('#requests a.request-link')]
  const at = links.findIndex((link) => link.dataset['id'] === place.value.request)
  links[at < 0 ? 0 : at + by]?.click()
}

/** Every key of the page. They do nothing while one types, and with Ctrl, Alt or Meta. */
export const KEYS: readonly Shortcut[] = [
  { keys: ['?'], text: 'This help', run: () => (helpOpen.value = true) },
  { keys: ['p'], text: 'Pause the view, or go on', run: togglePause },
  {
    keys: ['1', '2', '3', '4'],
    text: 'Show 1, 5, 15 or 60 minutes',
    run: (key) => go({ range: RANGES[Number(key) - 1] ?? 300, selection: null }),
  },
  { keys: ['s'], text: 'Slowest requests', run: () => list('slowest') },
  { keys: ['e'], text: 'Requests that failed', run: () => list('errors') },
  { keys: ['f'], text: 'Requests in flight', run: () => list('in-flight') },
  { keys: ['r'], text: 'Recent requests', run: () => list('recent') },
  { keys: ['j', 'k'], text: 'Next or previous request', run: (key) => step(key === 'j' ? 1 : -1) },
  {
    keys: ['/'],
    text: 'Search in the requests',
    run: () => document.querySelector<HTMLInputElement>('#requests input[type=search]')?.focus(),
  },
  { keys: ['t'], text: 'Colours: system, light, dark', run: nextTheme },
  { keys: ['Esc'], text: 'Close the request, leave the stretch of time, the route', run: stepBack },
]

/** Listens for the keys; called once. */
export function listenForKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
    // An open dialog has its own keys.
    if (document.querySelector('dialog[open]') !== null) return
    const key = event.key === 'Escape' ? 'Esc' : event.key
    if (isTyping(event.target)) {
      if (key === 'Esc') (event.target as HTMLElement).blur()
      return
    }
    const shortcut = KEYS.find(({ keys }) => keys.includes(key))
    if (shortcut === undefined) return
    event.preventDefault()
    shortcut.run(key)
  })
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]')
  )
}
