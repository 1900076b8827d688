import { clock } from '../../packages/core/src/clock.ts'
import type { MetricStore } from '../../packages/core/src/metrics/metric-store.ts'

/** Names that break an exposition when they are not looked after. */
const HOSTILE: readonly string[] = [
  '__proto__',
  'constructor',
  'le',
  'quantile',
  '__name__',
  'a-b',
  'a_b',
  'a.b',
  '9lives',
  'ключ',
  '',
  ' ',
  'x\ny',
  'x\0y',
  '"',
  '\\',
  '{}',
  '\ud800',
  '\udfff',
  '😀',
  'process_cpu_seconds_total',
  'process_cpu_seconds',
  'request_duration_seconds',
  'request_duration_seconds_bucket',
  'request_error_total',
  'nodejs_version_info',
  'queue',
  'queue_values',
  'queue_values_sum',
  'x'.repeat(10_000),
]

/** Records metrics with all of them as names, labels and values of labels. */
export function recordHostile(store: MetricStore): void {
  const record = (name: string, labels: Record<string, string>): void => {
    store.series(name, labels).record(1, clock.now())
  }
  for (const name of HOSTILE) {
    const labels = Object.fromEntries(HOSTILE.map((label) => [label, name]))
    if (name !== '') record(name, labels)
    if (name !== '') record(name, { le: name, quantile: name })
    record('request_duration', { method: 'GET', route: name, le: '1', status: '200' })
  }
}
