import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Figure } from '../charts/figure.ts'
import { lineValues } from '../charts/figure.ts'
import { clock, span } from '../format/time.ts'
import { write } from '../format/unit.ts'
import { tableOpen } from '../state/dialogs.ts'
import { frame, shownRows } from '../state/frame.ts'
import { Dialog } from '../ui/dialog.tsx'
import { tabulate } from './tabulate.ts'

const MAX_ROWS = 60

/** The table behind a chart, as it was when it was opened. */
export function FigureTable(): JSX.Element | null {
  const figure = tableOpen.value
  return figure === null ? null : <OpenTable figure={figure} />
}

function OpenTable({ figure }: { figure: Figure }): JSX.Element {
  const hasSamples = shownRows().times.length > 1
  const { from, to, rows } = useMemo(() => {
    const shown = shownRows()
    const values = figure.lines.map((line) => lineValues(line, shown))
    return { ...frame.peek(), rows: tabulate(shown.times, values, MAX_ROWS).toReversed() }
    // The first samples may come when it is open already.
  }, [figure, hasSamples])
  // Where each row is of one sample, its mean and its largest value are the same figure twice.
  const isSingle = rows.every((row) => row.lines.every((line) => line.mean === line.max))
  return (
    <Dialog title={figure.title} onClose={() => (tableOpen.value = null)}>
      <p class="soft hint">
        {figure.hint}; {span(from, to)}.{' '}
        {rows.length === 0 ? 'There is no sample.' : 'Newest first.'}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Values of ${figure.title}`}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Time</th>
              {figure.lines.map((line) => [
                <th key={`${line.column} mean`} scope="col">
                  {isSingle ? line.label : `${line.label}, mean`}
                </th>,
                !isSingle && (
                  <th key={`${line.column} max`} scope="col">
                    max
                  </th>
                ),
              ])}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.time}>
                <th scope="row">{clock(row.time)}</th>
                {row.lines.map((line, i) => [
                  <td key={`${i} mean`}>{write(line.mean, figure.unit)}</td>,
                  !isSingle && <td key={`${i} max`}>{write(line.max, figure.unit)}</td>,
                ])}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  )
}
