export type Labels = Readonly<Record<string, string>>

/** The labels of a series, made valid. */
export interface SeriesLabels {
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** As they stand between the braces; the same for two series that are the same. */
  readonly text: string
}

/** Labels that the format uses itself, for the buckets of a histogram and the quantiles of a summary. */
const RESERVED: ReadonlySet<string> = new Set(['le', 'quantile'])

const NO_LABELS: SeriesLabels = { pairs: [], text: '' }

/** Makes a valid metric name: `[a-zA-Z_][a-zA-Z0-9_]*`; the colon belongs to recording rules. */
export function metricName(name: string): string {
  const valid = name.replace(/[^a-zA-Z0-9_]/g, '_')
  return /^[a-zA-Z_]/.test(valid) ? valid : `_${valid}`
}

/**
 * Two label names that become the same are told apart by underscores. A label of the app that has
 * the name of one of the format's own is exported under the name that Prometheus itself gives in
 * such a case, `exported_le`.
 */
export function seriesLabels(labels: Labels | undefined): SeriesLabels {
  if (labels === undefined) return NO_LABELS
  let text = ''
  const pairs: [name: string, value: string][] = []
  for (const given of Object.keys(labels)) {
    let name = metricName(given)
    // A double underscore in front is Prometheus' own.
    if (name.startsWith('__')) name = `label${name}`
    if (RESERVED.has(name)) name = `exported_${name}`
    while (pairs.some(([other]) => other === name)) name += '_'
    const value = validText(labels[given] ?? '')
    pairs.push([name, value])
    text += `${text === '' ? '' : ','}${name}="${escapeLabel(value)}"`
  }
  return { pairs, text }
}

/** NUL ends a text for some parsers, and half a surrogate pair cannot be written as UTF-8. */
function validText(value: string): string {
  if (!/[\0\ud800-\udfff]/.test(value)) return value
  return Buffer.from(value).toString().replaceAll('\0', '\ufffd')
}

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** OpenMetrics wants quotes escaped in HELP too, the text format does not know that: none are left. */
export function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', "'")
}
