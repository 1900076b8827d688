import type { JSX } from 'preact'
import { count } from '../format/number.ts'
import { snapshot } from '../state/live.ts'
import { go, place } from '../state/navigation.ts'
import type { View } from '../state/place.ts'
import { VIEWS } from '../state/place.ts'

const NAMES: Readonly<Record<View, string>> = {
  slowest: 'Slowest',
  errors: 'Errors',
  'in-flight': 'In flight',
  recent: 'Recent',
}

/** The views of the request list; arrow keys go from one to the next. */
export function Tabs(): JSX.Element {
  const { view } = place.value
  const move = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    const next = VIEWS[(VIEWS.indexOf(view) + by + VIEWS.length) % VIEWS.length] ?? view
    go({ view: next })
    document.getElementById(`tab-${next}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Which requests" onKeyDown={move}>
      {VIEWS.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === view}
          aria-controls="requests-list"
          tabIndex={name === view ? 0 : -1}
          onClick={() => go({ view: name })}
        >
          {NAMES[name]}
          <Amount view={name} />
        </button>
      ))}
    </div>
  )
}

/** How many there are, where that says something: not of a list that is narrowed to less. */
function Amount({ view }: { view: View }): JSX.Element | null {
  const http = snapshot.value?.http
  const { route, selection } = place.value
  if (http === undefined || route !== null || selection !== null) return null
  if (view === 'in-flight') return <em>{count(http.inFlight)}</em>
  if (view !== 'errors') return null
  const amount = http.errors + http.timeouts
  return <em class={amount > 0 ? 'bad' : undefined}>{count(amount)}</em>
}
