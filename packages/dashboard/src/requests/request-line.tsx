import type { JSX } from 'preact'
import type { RequestSummary } from '@core/status/api-types.ts'
import { duration } from '../format/duration.ts'
import { clock } from '../format/time.ts'
import { go, hrefOf, place } from '../state/navigation.ts'
import { RouteName } from '../ui/route-name.tsx'
import { Status } from '../ui/status.tsx'

/** One request of the list. */
export function RequestLine({ request }: { request: RequestSummary }): JSX.Element {
  const { id, outcome, startTime } = request
  const isOpen = place.value.request === id
  const open = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go({ request: isOpen ? null : id })
  }
  return (
    <li>
      <a
        class={isOpen ? 'request-link open' : 'request-link'}
        href={hrefOf({ ...place.value, request: id })}
        data-id={id}
        aria-current={isOpen ? 'true' : undefined}
        onClick={open}
      >
        <RouteName method={request.method} route={request.route} />
        <span class="ending">
          {request.streaming && <small class="faint">stream</small>}
          <Status status={request.status} outcome={outcome} />
        </span>
        <b class="took">{duration(request.duration)}</b>
        <span class="at">{clock(startTime)}</span>
        <Note request={request} />
      </a>
    </li>
  )
}

/** What went wrong, or what it does now. */
function Note({
  request: { error, outcome, currentSpan },
}: {
  request: RequestSummary
}): JSX.Element | null {
  if (error !== null) {
    return (
      <span class="note">
        <b class="bad">{error.name}</b> {error.message}
      </span>
    )
  }
  if (outcome !== null) return null
  return <span class="note">{currentSpan === null ? 'in no span' : `in ${currentSpan}`}</span>
}
