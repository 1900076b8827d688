import { signal } from '@preact/signals'
import type { JSX } from 'preact'

const said = signal('')

/** Tells those who listen to the page. */
export function say(text: string): void {
  said.value = text
}

/** Where a screen reader hears what {@link say} was given. */
export function Voice(): JSX.Element {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {said.value}
    </p>
  )
}
