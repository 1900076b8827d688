import type { JSX } from 'preact'
import type { Snapshot, ThresholdDocument } from '@core/status/api-types.ts'
import { duration } from '../format/duration.ts'
import { percent, plural, rate } from '../format/number.ts'
import { alerts } from '../state/alerts.ts'

/** Seconds after which every metric of the process and of its requests had a value, if it has any. */
const SETTLED_SECONDS = 120
const MAX_NAMES = 5

/** Says calmly that nothing is wrong, and what that rests on: without a threshold, not on much. */
export function AllWell({ snapshot: { http, process } }: { snapshot: Snapshot }): JSX.Element {
  const watched = alerts.value.thresholds
  const isWatched = watched.length > 0
  // At first all of them are without one.
  const isSettled = process.uptime > SETTLED_SECONDS
  const unknown = watched.filter(({ hasValue }) => isSettled && !hasValue)
  if (http.requests === 0 && http.inFlight === 0) {
    return (
      <div class="finding">
        <b class="finding-title">No request yet</b>
        <p>
          The first one that ends shows here within a second or so. The process is watched already.
        </p>
      </div>
    )
  }
  return (
    <div class={isWatched ? 'finding well' : 'finding'}>
      <b class="finding-title">
        {isWatched ? (
          <>
            <span aria-hidden="true">✓</span> All is well
          </>
        ) : (
          'Nothing stands out'
        )}
      </b>
      <p>
        {http.duration.count === 0
          ? 'No request ended in the last minute.'
          : `${rate(http.rate)} requests a second, p95 ${duration(http.duration.p95)}, ${percent(http.errorRate)} failed in the last minute.`}{' '}
        <span class="soft">
          {isWatched ? (
            <>
              No alert fires; {plural(watched.length, 'threshold')} watched
              {unknown.length > 0 && (
                <b class="warn">, but there was no value yet of {namesOf(unknown)}</b>
              )}
              .
            </>
          ) : (
            <>
              No threshold is set:{' '}
              <code>{'thresholds: { error_rate: 1, response_time: 0.5 }'}</code>
            </>
          )}
        </span>
      </p>
    </div>
  )
}

function namesOf(thresholds: readonly ThresholdDocument[]): string {
  const names = thresholds.slice(0, MAX_NAMES).map(({ metric }) => metric)
  return names.join(', ') + (thresholds.length > MAX_NAMES ? ' and others' : '')
}
