import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { RequestDocument } from '@core/status/api-types.ts'
import { duration } from '../format/duration.ts'
import { snapshot } from '../state/live.ts'
import { WaterfallRow } from './waterfall-row.tsx'
import { waterfall } from './waterfall.ts'

/** What a request did, over time. Rows open to what is known of them. */
export function WaterfallView({ document }: { document: RequestDocument }): JSX.Element {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const isRunning = document.outcome === null
  // Its age when it was read: it may have begun after the last tick.
  const readAt = document.startTime + document.duration
  // What has not ended when the request was given up went on until then.
  const now = isRunning ? Math.max(snapshot.value?.stats.timestamp ?? 0, readAt) : readAt
  const { rows, total } = useMemo(
    () => waterfall(document.trace, now, opened),
    [document, now, opened],
  )
  const toggle = (key: string): void => {
    setOpened((keys) =>
      keys.has(key) ? new Set([...keys].filter((k) => k !== key)) : new Set([...keys, key]),
    )
  }
  return (
    <div class="waterfall" role="group" aria-label="Operations of the request over time">
      <div class="wf-head" aria-hidden="true">
        <span>operation</span>
        <span class="wf-scale">
          {[0, 0.25, 0.5, 0.75].map((share) => (
            <span key={share}>{duration(total * share)}</span>
          ))}
        </span>
        <span>self</span>
        <span>took</span>
      </div>
      <ol>
        {rows.map((row) => (
          <WaterfallRow
            key={row.key}
            row={row}
            total={total}
            isRunning={isRunning}
            opened={opened.has(row.key)}
            onToggle={() => toggle(row.key)}
          />
        ))}
      </ol>
    </div>
  )
}
