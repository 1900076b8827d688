import type { JSX } from 'preact'

const WIDTH = 60
const HEIGHT = 16

/** A small line of how something went; the figures beside it say how much. */
export function Sparkline({ values }: { values: readonly (number | null)[] }): JSX.Element {
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      <path d={path(values)} />
    </svg>
  )
}

/** From zero to the largest; with gaps, and a dot for a value that has a gap on either side. */
function path(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null)
  const top = Math.max(...known, 0)
  const bottom = Math.min(...known, 0)
  const height = top - bottom || 1
  const step = WIDTH / Math.max(1, values.length - 1)
  return values
    .map((value, i) => {
      if (value === null) return ''
      const x = (i * step).toFixed(1)
      const y = (HEIGHT - 1 - ((value - bottom) / height) * (HEIGHT - 2)).toFixed(1)
      return (values[i - 1] ?? null) === null ? `M${x} ${y}h0` : `L${x} ${y}`
    })
    .join('')
}
