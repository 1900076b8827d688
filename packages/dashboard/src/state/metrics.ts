import { signal } from '@preact/signals'
import type { MetricRow } from '@core/status/api-types.ts'
import { api } from '../data/api.ts'
import { resource } from '../data/resource.ts'
import { snapshot } from './live.ts'
import { place } from './navigation.ts'

const EVERY_SECONDS = 3

/** The panel can be seen; else its figures are not read. */
export const metricsInView = signal(false)

/** The app's own metrics in the time that the charts show. */
export const metrics = resource<readonly MetricRow[]>((last) => {
  const { range } = place.value
  const inView = metricsInView.value && snapshot.value !== null
  if (!inView && last === null) return null
  return {
    key: inView || last === null ? String(range) : last.key,
    load: () => api.metrics(range),
    everySeconds: inView ? EVERY_SECONDS : Infinity,
  }
})
