import type { JSX } from 'preact'
import type { SelfFigures } from '@core/status/api-types.ts'
import { isCutting } from '../about/rings.ts'
import { count, percent, plural } from '../format/number.ts'

/** What mtaio costs, keeps, drops and cuts. */
export function OwnCost({ self }: { self: SelfFigures }): JSX.Element {
  const { traces, cpuPercent, series, viewers, limits, failures } = self
  const cuts = Object.entries(limits).filter(([name, limit]) => isCutting(name, limit))
  const facts = [
    `mtaio itself: ${percent(cpuPercent)} of a core`,
    `${plural(traces.kept, 'trace')} kept, ${count(traces.dropped)} dropped`,
    `${count(series)} series`,
    plural(viewers, 'viewer'),
  ]
  return (
    <p class="own">
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
      {cuts.length > 0 && (
        <a class="warn" href="#self" onClick={openLimits}>
          ▲ {cuts.map(([name, { cut }]) => `${name} cut ${count(cut)}`).join(', ')}
        </a>
      )}
      {failures > 0 && <span class="warn">▲ {plural(failures, 'failure')} caught</span>}
    </p>
  )
}

/** `#self` is relative to the base of the page, not to its address: the browser must not follow it. */
function openLimits(event: MouseEvent): void {
  event.preventDefault()
  const panel = document.getElementById('self')
  if (panel instanceof HTMLDetailsElement) panel.open = true
  panel?.scrollIntoView({ block: 'center' })
}
