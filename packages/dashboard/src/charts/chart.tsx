import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { ChartView } from './chart-view.ts'
import type { Figure } from './figure.ts'

/** The canvas of a figure. What it shows is also in the table behind it. */
export function Chart({ figure, height }: { figure: Figure; height: number }): JSX.Element {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (host.current === null) return undefined
    const view = new ChartView(host.current, figure, height)
    return () => view.dispose()
  }, [figure, height])
  return (
    <div
      ref={host}
      class="chart"
      role="img"
      aria-label={`${figure.title}: ${figure.hint}`}
      style={{ height: `${height}px` }}
    />
  )
}
