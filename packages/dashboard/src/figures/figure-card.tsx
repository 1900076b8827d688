import type { ComponentChildren, JSX } from 'preact'
import { Chart } from '../charts/chart.tsx'
import type { Figure, Line } from '../charts/figure.ts'
import { clock } from '../format/time.ts'
import { split } from '../format/unit.ts'
import { tableOpen } from '../state/dialogs.ts'
import { Icon } from '../ui/icons.tsx'
import { cardId } from './definitions.ts'
import { moment, pointedTime, shownValue } from './shown-value.ts'

interface FigureCardProps {
  readonly figure: Figure
  readonly height: number
  /** The number that stands for the figure now; without it the last value of the first line does. */
  readonly now?: number | null
  /** What is said after the number. */
  readonly after?: ComponentChildren
  readonly children?: ComponentChildren
}

/** A number, its chart, and what belongs to it. */
export function FigureCard({ figure, height, now, after, children }: FigureCardProps): JSX.Element {
  return (
    <article class="card figure" id={cardId(figure)}>
      <header>
        <h2 title={figure.hint}>{figure.title}</h2>
        <button
          type="button"
          class="tool quiet"
          aria-label={`Table of ${figure.title}`}
          title="Show as a table"
          onClick={() => (tableOpen.value = figure)}
        >
          <Icon name="table" />
        </button>
      </header>
      <BigNumber figure={figure} now={now} after={after} />
      <Chart figure={figure} height={height} />
      <div class="sub">{children}</div>
    </article>
  )
}

interface BigNumberProps {
  readonly figure: Figure
  readonly now: number | null | undefined
  readonly after: ComponentChildren
}

/** Apart from the card, so that the crosshair renders only the numbers anew. */
function BigNumber({ figure, now, after }: BigNumberProps): JSX.Element {
  const line = figure.lines[figure.lead ?? 0]
  const when = moment()
  const value =
    line === undefined ? null : when === 'now' && now !== undefined ? now : shownValue(line)
  const [number, unit] = split(value, figure.unit)
  return (
    <p class="big">
      {number}{' '}
      <small>
        {unit}{' '}
        {when === 'now' ? after : <OtherMoment line={line} named={figure.lines.length > 1} />}
      </small>
    </p>
  )
}

/** What is said after the number of another moment: what it says of now would be wrong there. */
function OtherMoment({ line, named }: { line: Line | undefined; named: boolean }): JSX.Element {
  const time = pointedTime()
  const label = named ? `${line?.label} ` : ''
  if (time === null) return <>{`${label}${line?.peak === true ? 'at most' : 'mean'}`}</>
  return (
    <span class="when">
      <span class="wide">{label}at </span>
      {clock(time)}
    </span>
  )
}
