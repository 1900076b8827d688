import type { SelfFigures } from '../api-types.ts'
import type { Exposition } from './exposition.ts'

/** What mtaio itself holds, cuts and costs: worth an alert when something is cut. */
export function writeSelfMetrics(out: Exposition, self: SelfFigures): void {
  const limits = Object.entries(self.limits)
  const caps = out.family('mtaio_limit', 'gauge', 'A cap of mtaio.')
  for (const [name, { limit }] of limits) caps.value(limit, { name })
  const used = out.family('mtaio_limit_used', 'gauge', 'How much of a cap is in use.')
  for (const [name, figures] of limits) used.value(figures.used, { name })
  const cut = out.family('mtaio_limit_cut', 'counter', 'How often a cap cut something off.')
  for (const [name, figures] of limits) cut.value(figures.cut, { name })

  const gauges = [
    ['mtaio_traces_kept', 'Traces that are kept.', self.traces.kept],
    ['mtaio_series', 'Series that are kept.', self.series],
    ['mtaio_viewers', 'Open streams of the page.', self.viewers],
    [
      'mtaio_cpu_ratio',
      "CPU of mtaio's ticks, with what they send to viewers, as a share of one core over the last minute.",
      self.cpuPercent / 100,
    ],
  ] as const
  for (const [name, help, value] of gauges) out.family(name, 'gauge', help).value(value)

  const counters = [
    ['mtaio_traces_dropped', 'Traces that are no longer kept.', self.traces.dropped],
    ['mtaio_refused_values', 'Values that were not recorded, such as NaN.', self.refusedValues],
    ['mtaio_failures', 'Failures inside mtaio and in alert handlers.', self.failures],
  ] as const
  for (const [name, help, value] of counters) out.family(name, 'counter', help).value(value)
}
