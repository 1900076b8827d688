import type { HistogramExport } from '../../metrics/histogram.ts'
import type { SeriesLabels } from './names.ts'

/**
 * `text` is Prometheus' text format 0.0.4, `openmetrics` is OpenMetrics 1.0, and `protobuf` is the
 * one that native histograms can be written in.
 */
export type Format = 'text' | 'openmetrics' | 'protobuf'

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf:
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
}

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown'

/** What a histogram is written from. */
export interface Distribution {
  readonly count: number
  readonly sum: number
  cumulative(bounds: readonly number[]): number[]
  /** The exponential buckets, where it has any: a native histogram is made from them. */
  export?(): HistogramExport
}

/** Writes families one after the other; each `begin` ends the one before. */
export interface FormatWriter {
  /** @param name Without `_total`. */
  begin(name: string, type: FamilyType, help: string): void
  value(labels: SeriesLabels, value: number): void
  histogram(labels: SeriesLabels, distribution: Distribution, bounds: readonly number[]): void
  summary(
    labels: SeriesLabels,
    sum: number,
    count: number,
    quantiles: readonly (readonly [quantile: number, value: number | null])[],
  ): void
  /** All that was written, in pieces. */
  end(): readonly Buffer[]
}

/**
 * What `Accept` asks for most: protobuf before OpenMetrics before text, where it asks for them as
 * gladly. Who does not ask for one of the first two by name gets text, since every tool reads that.
 */
export function formatOf(accept: string | undefined): Format {
  const weights: Record<Format, number> = { protobuf: 0, openmetrics: 0, text: 0 }
  for (const part of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const format = formatNamed(type, parameters)
    const weight = Number(parameters.find((piece) => piece.startsWith('q='))?.slice(2) ?? 1)
    if (format !== null) weights[format] = Math.max(weights[format], weight)
  }
  const { protobuf, openmetrics, text } = weights
  if (protobuf > 0 && protobuf >= openmetrics && protobuf >= text) return 'protobuf'
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text'
}

function formatNamed(type: string, parameters: readonly string[]): Format | null {
  switch (type) {
    case 'text/plain':
      return 'text'
    case 'application/openmetrics-text':
      return 'openmetrics'
    case 'application/vnd.google.protobuf': {
      // Other messages, and the same ones as text, come under this type too.
      const isOurs =
        parameters.includes('proto=io.prometheus.client.metricfamily') &&
        parameters.includes('encoding=delimited')
      return isOurs ? 'protobuf' : null
    }
    default:
      return null
  }
}
