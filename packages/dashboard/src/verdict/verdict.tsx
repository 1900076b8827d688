import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { BASE } from '../data/base-url.ts'
import { clock } from '../format/time.ts'
import { link, restart, shownEnd, snapshot } from '../state/live.ts'
import { lateRoutes } from '../state/routes.ts'
import { say } from '../ui/say.tsx'
import { AllWell } from './all-well.tsx'
import { FindingLine } from './finding-line.tsx'
import type { Finding } from './findings.ts'
import { findings } from './findings.ts'
import { OwnCost } from './own-cost.tsx'
import { PastAlerts } from './past-alerts.tsx'
import { useStayPut } from './stay-put.ts'

/** Seconds for which a restart is worth a line. */
const RESTART_SECONDS = 300

/** What is wrong now, in words, and where to look; or that all is well. */
export function Verdict(): JSX.Element {
  const current = snapshot.value
  const found = current === null ? [] : findings(current, lateRoutes.value)
  useAnnouncements(found)
  const element = useStayPut(current !== null)
  return (
    <section class="verdict" aria-label="Verdict" ref={element}>
      <LinkTrouble />
      <Restarted />
      {found.map((finding) => (
        <FindingLine key={finding.id} finding={finding} />
      ))}
      {current !== null && found.length === 0 && link.value.state !== 'lost' && (
        <AllWell snapshot={current} />
      )}
      {current === null && link.value.state === 'connecting' && (
        <p class="finding calm">Reading the figures…</p>
      )}
      <div class="under">
        <PastAlerts />
        {current !== null && <OwnCost self={current.self} />}
      </div>
    </section>
  )
}

function LinkTrouble(): JSX.Element | null {
  const { state, reason } = link.value
  if (state !== 'lost' && state !== 'refused') return null
  return (
    <div class="finding bad" role="alert">
      <b class="finding-title">✕ {state === 'lost' ? 'No answer' : 'Refused'}</b>
      <p>
        {state === 'refused' ? (
          <>
            {reason} <a href={BASE.href}>Open the page again</a>
          </>
        ) : shownEnd.value > 0 ? (
          `The server does not answer. All figures are of ${clock(shownEnd.value)}. Trying again.`
        ) : (
          'The server does not answer. Trying again.'
        )}
      </p>
    </div>
  )
}

function Restarted(): JSX.Element | null {
  const event = restart.value
  if (event === null || shownEnd.value - event.at > RESTART_SECONDS) return null
  return (
    <div class="finding warn">
      <b class="finding-title">▲ Restarted</b>
      <p>
        The process was started anew at {clock(event.at)} and is now pid {event.pid}. Its totals
        begin there; the charts still show what was before.
      </p>
    </div>
  )
}

/** Alerts that begin and end are said aloud; those that were there at first are read anyway. */
function useAnnouncements(found: readonly Finding[]): void {
  const known = useRef<ReadonlyMap<string, Finding> | null>(null)
  const ids = found.map(({ id }) => id).join()
  useEffect(() => {
    const before = known.current
    known.current = new Map(found.map((finding) => [finding.id, finding]))
    if (before === null) return
    const begun = found
      .filter(({ id }) => !before.has(id))
      .map(({ title, text }) => `${title}: ${text}`)
    const ended = [...before.values()]
      .filter(({ id }) => !known.current?.has(id))
      .map(({ title }) => `${title} is well again.`)
    if (begun.length + ended.length > 0) say([...begun, ...ended].join(' '))
    // `found` is new with each tick; only who is in it matters.
  }, [ids])
}
