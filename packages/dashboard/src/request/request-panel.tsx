import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { RequestDocument } from '@core/status/api-types.ts'
import { ApiError, chromeTraceAddress } from '../data/api.ts'
import { signedBytes } from '../format/bytes.ts'
import { duration } from '../format/duration.ts'
import { plural } from '../format/number.ts'
import { date } from '../format/time.ts'
import { go, hrefOf, place } from '../state/navigation.ts'
import { HOME } from '../state/place.ts'
import { openRequest } from '../state/open-request.ts'
import { copy } from '../ui/copy.ts'
import { Empty } from '../ui/empty.tsx'
import { Icon } from '../ui/icons.tsx'
import { PlaceLink } from '../ui/place-link.tsx'
import { RouteName } from '../ui/route-name.tsx'
import { keepInView } from '../ui/scroll.ts'
import { Status } from '../ui/status.tsx'
import { ErrorView } from './error-view.tsx'
import { Metadata } from './metadata.tsx'
import { summaryText } from './summary.ts'
import { WaterfallView } from './waterfall-view.tsx'

/** One request: what it did, when, and what went wrong. */
export function RequestPanel(): JSX.Element | null {
  const id = place.value.request
  const title = useRef<HTMLHeadingElement>(null)
  const last = useRef<string | null>(null)
  useEffect(() => {
    const before = last.current
    last.current = id
    if (id === null) {
      if (before !== null) focusInList(before)
      return undefined
    }
    title.current?.focus({ preventScroll: true })
    return keepInView('request')
  }, [id])
  if (id === null) return null
  const answer = openRequest.value
  const document = answer?.key === id ? answer.data : null
  return (
    <section class="card panel" id="request" aria-labelledby="request-title">
      <header>
        <h2 id="request-title" tabIndex={-1} ref={title}>
          {document === null ? <>Request {id}</> : <Title document={document} />}
        </h2>
        <span class="grow" />
        {document !== null && <Actions document={document} />}
        <button
          type="button"
          class="tool"
          aria-label="Close the request"
          title="Close (Esc)"
          onClick={() => go({ request: null })}
        >
          <Icon name="close" />
        </button>
      </header>
      {document === null ? <Absent id={id} /> : <Request document={document} />}
    </section>
  )
}

/** Gives the focus that was in the panel back to the request's line, from where it was opened. */
function focusInList(id: string): void {
  if (document.activeElement !== document.body) return
  const line = document.querySelector<HTMLElement>(`#requests a[data-id="${CSS.escape(id)}"]`)
  line?.focus({ preventScroll: true })
}

function Absent({ id }: { id: string }): JSX.Element {
  const answer = openRequest.value
  const error = answer?.key === id ? answer.error : null
  if (error === null) return <Empty>Reading the request…</Empty>
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Empty>
        This request is no longer kept. The slowest, those that failed, the last ones and examples
        of each latency are kept, in memory only, until newer ones take their place or the process
        ends.
      </Empty>
    )
  }
  return <Empty>The request could not be read: {error.message}</Empty>
}

function Title({ document }: { document: RequestDocument }): JSX.Element {
  return (
    <>
      <RouteName method={document.method} route={document.route} />{' '}
      <Status status={document.status} outcome={document.outcome} />{' '}
      <span class="took">{duration(document.duration)}</span>
    </>
  )
}

function Actions({ document }: { document: RequestDocument }): JSX.Element {
  const address = hrefOf({ ...HOME, request: document.id })
  return (
    <div class="actions">
      <button type="button" class="button" onClick={() => void copy(address, 'Link')}>
        Copy link
      </button>
      <button
        type="button"
        class="button"
        onClick={() => void copy(summaryText(document, address), 'Summary')}
      >
        Copy summary
      </button>
      <a
        class="button"
        href={chromeTraceAddress(document.id)}
        download={`${document.id}.trace.json`}
        title="Opens in Perfetto and in chrome://tracing"
      >
        Chrome trace
      </a>
    </div>
  )
}

function Request({ document }: { document: RequestDocument }): JSX.Element {
  return (
    <>
      <Facts document={document} />
      {document.trace.error !== null && <ErrorView error={document.trace.error} />}
      <WaterfallView document={document} />
      {document.trace.children.length === 0 && <NoSpans />}
      <Metadata span={document.trace} />
    </>
  )
}

function Facts({ document }: { document: RequestDocument }): JSX.Element {
  const { trace, startTime, path, traceId, droppedSpans, spanCount } = document
  const route = { method: document.method, pattern: document.route }
  return (
    <p class="request-facts">
      <span>{date(startTime)}</span>
      {path !== null && path !== document.route && <code>{path}</code>}
      <span>{plural(spanCount, 'span')}</span>
      {droppedSpans > 0 && (
        <span class="warn">{plural(droppedSpans, 'span')} over the cap, not kept</span>
      )}
      <span title="Heap and external memory of the whole process, from begin to end. What ran meanwhile is in it.">
        memory {signedBytes(trace.memoryDelta)} (whole process)
      </span>
      {document.streaming && <span>streams; not in the latencies</span>}
      {traceId !== null && (
        <span>
          trace <code>{traceId}</code>
        </span>
      )}
      <PlaceLink to={{ route }} show="routes">
        This route
      </PlaceLink>
    </p>
  )
}

function NoSpans(): JSX.Element {
  return (
    <Empty code={"await mtaio.profiler.traceContext('load orders', () => db.orders(id))"}>
      Nothing inside this request was profiled. Name an operation, and it shows here:
    </Empty>
  )
}
