import type { JSX } from 'preact'
import type { HttpFigures } from '@core/status/api-types.ts'
import type { Line } from '../charts/figure.ts'
import { duration } from '../format/duration.ts'
import { count, plural } from '../format/number.ts'
import { write } from '../format/unit.ts'
import { snapshot } from '../state/live.ts'
import { PlaceLink } from '../ui/place-link.tsx'
import { RouteName } from '../ui/route-name.tsx'
import { ERRORS, IN_FLIGHT, LATENCY, RATE } from './definitions.ts'
import { FigureCard } from './figure-card.tsx'
import { moment, shownValue } from './shown-value.ts'

const HEIGHT = 104

/** A p99 says little about fewer samples than this. */
const FEW_SAMPLES = 100

/** Rate, errors and duration of the requests, and how many are in flight. */
export function RequestFigures(): JSX.Element {
  const http = snapshot.value?.http ?? null
  return (
    <section class="cards" aria-label="Requests in figures">
      <FigureCard figure={RATE} height={HEIGHT}>
        <Pair name="last minute" value={http === null ? null : write(http.rate, 'req/s')} />
        <Pair name="total" value={http === null ? null : count(http.requests)} />
      </FigureCard>
      <FigureCard figure={ERRORS} height={HEIGHT} now={http?.errorRate ?? null} after="last minute">
        <Pair name="failed" value={http === null ? null : count(http.errors)} />
        <Pair name="aborted" value={http === null ? null : count(http.aborted)} />
        {http !== null && http.timeouts > 0 && (
          <Pair name="timeouts" value={count(http.timeouts)} />
        )}
      </FigureCard>
      <LatencyCard http={http} />
      <FigureCard figure={IN_FLIGHT} height={HEIGHT} now={http?.inFlight ?? null} after="now">
        <Oldest http={http} />
      </FigureCard>
    </section>
  )
}

function Pair({ name, value }: { name: string; value: string | null }): JSX.Element {
  return (
    <span>
      {name} <b>{value ?? '–'}</b>
    </span>
  )
}

function LatencyCard({ http }: { http: HttpFigures | null }): JSX.Element {
  const figures = http?.duration ?? null
  const samples = figures?.count ?? 0
  const now: Readonly<Record<string, number | null>> = {
    p50: figures?.p50 ?? null,
    p95: figures?.p95 ?? null,
    p99: figures?.p99 ?? null,
  }
  return (
    <FigureCard
      figure={LATENCY}
      height={HEIGHT}
      now={now['p95'] ?? null}
      after={
        <span title={`Of ${plural(samples, 'request')} in the last minute`}>
          p95 of {count(samples)}
          <span class="wide"> {samples === 1 ? 'request' : 'requests'}</span>
        </span>
      }
    >
      <span class="legend">
        {LATENCY.lines.toReversed().map((line) => (
          <LegendValue
            key={line.column}
            line={line}
            now={now[line.label] ?? null}
            few={line.label === 'p99' && samples < FEW_SAMPLES}
          />
        ))}
      </span>
    </FigureCard>
  )
}

interface LegendValueProps {
  readonly line: Line
  readonly now: number | null
  readonly few: boolean
}

function LegendValue({ line, now, few }: LegendValueProps): JSX.Element {
  const value = moment() === 'now' ? now : shownValue(line)
  return (
    <span class={few ? 'few' : undefined} title={few ? 'Of fewer than 100 samples' : undefined}>
      <i class={`key-line ${line.colour}`} /> {line.label} <b>{duration(value)}</b>
    </span>
  )
}

function Oldest({ http }: { http: HttpFigures | null }): JSX.Element {
  const oldest = http?.oldest ?? null
  if (oldest === null) return <span>nothing waits</span>
  return (
    <PlaceLink to={{ request: oldest.id }} class="oldest">
      <span>
        oldest <b>{duration(oldest.age)}</b>
      </span>
      <RouteName method={oldest.method} route={oldest.route ?? '(no route yet)'} />
    </PlaceLink>
  )
}
