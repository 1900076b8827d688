import type { JSX } from 'preact'
import type { RequestSummary } from '@core/status/api-types.ts'

type Ending = Pick<RequestSummary, 'status' | 'outcome'>

/** How a request ended, in a word; never by its colour alone. */
function endingOf({ status, outcome }: Ending): string {
  if (outcome === null) return 'in flight'
  if (outcome === 'aborted') return 'aborted'
  if (outcome === 'timeout') return 'timeout'
  return outcome === 'error' && (status ?? 0) < 500 ? 'broken off' : ''
}

/** The colour that goes with it. */
function tone({ status, outcome }: Ending): string {
  if (outcome === 'error' || outcome === 'timeout') return 'bad'
  if (outcome === 'aborted' || (status ?? 0) >= 400) return 'warn'
  return 'soft'
}

/** The status of a request, and how it ended where the status does not say it. */
export function Status(ending: Ending): JSX.Element {
  const word = endingOf(ending)
  const code = ending.outcome === null ? ending.status : (ending.status ?? '–')
  return (
    <span class={`status ${tone(ending)}`}>
      {code ?? ''}
      {word !== '' && <small>{word}</small>}
    </span>
  )
}
