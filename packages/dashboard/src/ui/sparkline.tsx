import type { JSX } from 'preact'

const WIDTH = 60
const HEIGHT = 16

/** A small line of how something went; the figures beside it say how much. */
export function Sparkline({ values }: { values: readonly number[] }): JSX.Element {
  const top = Math.max(...values, 0)
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      <path d={top > 0 ? path(values, top) : `M0 ${HEIGHT - 1}H${WIDTH}`} />
    </svg>
  )
}

function path(values: readonly number[], top: number): string {
  const step = WIDTH / Math.max(1, values.length - 1)
  return values
    .map((value, i) => {
      const x = (i * step).toFixed(1)
      const y = (HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)
      return `${i === 0 ? 'M' : 'L'}${x} ${y}`
    })
    .join('')
}
