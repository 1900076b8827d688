import type { RequestSummary, RouteHistogramDocument } from '@core/status/api-types.ts'

/** A bar of the histogram. */
export interface Band {
  /** Seconds. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** A request that took so long; null when none was kept. */
  readonly example: RequestSummary | null
}

/** More bars than this are thinner than a finger. */
const MAX_BARS = 28

/**
 * The buckets of a histogram as bars of equal width on a logarithmic scale. Buckets are merged
 * whole, so that no count is guessed.
 */
export function bandsOf({ buckets, examples }: RouteHistogramDocument): readonly Band[] {
  const positive = buckets.filter((bucket) => bucket.from > 0)
  const first = positive[0]
  const last = positive.at(-1)
  if (first === undefined || last === undefined) return []
  const width = Math.log(first.to / first.from)
  const total = Math.round(Math.log(last.to / first.from) / width)
  const perBar = Math.max(1, Math.ceil(total / MAX_BARS))
  const bars = Math.ceil(total / perBar)
  const edge = (bar: number): number => first.from * Math.exp(width * perBar * bar)
  const barOf = (value: number): number =>
    Math.floor(Math.log(value / first.from) / (width * perBar) + 1e-6)

  const counts = new Array<number>(bars).fill(0)
  for (const bucket of positive) {
    const bar = Math.min(bars - 1, barOf(bucket.from))
    counts[bar] = (counts[bar] ?? 0) + bucket.count
  }
  const exampleOf = new Map<number, RequestSummary>()
  for (const example of examples) {
    const bar = barOf(example.duration)
    // A failed one tells more than one that went well.
    if (!exampleOf.has(bar) || example.outcome !== 'ok') exampleOf.set(bar, example)
  }
  return counts.map((count, bar) => ({
    from: edge(bar),
    to: edge(bar + 1),
    count,
    example: exampleOf.get(bar) ?? null,
  }))
}
