import type { JSX } from 'preact'
import type { Link } from '../data/connection.ts'
import { clock } from '../format/time.ts'
import { link, pausedAt, shownEnd } from '../state/live.ts'

const TEXTS: Readonly<Record<Link, string>> = {
  connecting: 'connecting',
  live: 'live',
  polling: 'polling',
  lost: 'stale',
  refused: 'refused',
}

const HINTS: Readonly<Record<Link, string>> = {
  connecting: 'Waiting for the first figures.',
  live: 'Figures come with each tick, by server-sent events.',
  polling: 'The stream was cut. Figures are polled meanwhile; the stream is tried again.',
  lost: 'The server does not answer. It is tried again every second.',
  refused: 'The server refuses to show its figures.',
}

/** How fresh the figures are, in a word. */
export function LinkState(): JSX.Element {
  const { state } = link.value
  const paused = pausedAt.value
  if (paused !== null) {
    return (
      <span class="link paused" title="Recording goes on. Press p to go on looking.">
        <i /> paused since {clock(paused)}
      </span>
    )
  }
  return (
    <span class={`link ${state}`} title={HINTS[state]}>
      <i /> {TEXTS[state]}
      {state === 'lost' && shownEnd.value > 0 && ` since ${clock(shownEnd.value)}`}
    </span>
  )
}
