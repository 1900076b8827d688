import { computed } from '@preact/signals'
import type { AlertsDocument } from '@core/status/api-types.ts'
import { api } from '../data/api.ts'
import { resource } from '../data/resource.ts'
import { snapshot } from './live.ts'

const NONE: AlertsDocument = { firing: [], past: [], thresholds: [] }
const EVERY_SECONDS = 15

const firingIds = computed(() => snapshot.value?.alerts.map((alert) => alert.id).join() ?? null)

const answer = resource<AlertsDocument>(() =>
  firingIds.value === null
    ? null
    : { key: firingIds.value, load: api.alerts, everySeconds: EVERY_SECONDS },
)

/** Metrics whose threshold says from when on a request is slow. */
const LATENCY_METRICS = ['response_time', 'request_duration']

/** Alerts that fire and that did, and the thresholds that are watched. */
export const alerts = computed<AlertsDocument>(() => ({ ...NONE, ...answer.value?.data }))

/** The lowest threshold of a metric; null when it has none. */
export function thresholdOf(metric: string): number | null {
  return lowest((watched) => watched === metric)
}

/** Seconds from which on a response is slow, as far as a threshold says so. */
export const slowFrom = computed<number | null>(() =>
  lowest((metric) => LATENCY_METRICS.includes(metric)),
)

function lowest(isMeant: (metric: string) => boolean): number | null {
  const limits = alerts.value.thresholds
    .filter(({ metric }) => isMeant(metric))
    .map(({ value }) => value)
  return limits.length === 0 ? null : Math.min(...limits)
}
