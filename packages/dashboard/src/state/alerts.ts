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

/** Alerts that fire and that did, and the thresholds that are watched. */
export const alerts = computed<AlertsDocument>(() => ({ ...NONE, ...answer.value?.data }))
