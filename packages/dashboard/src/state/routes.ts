import { effect, signal } from '@preact/signals'
import type { RouteHistogramDocument, RouteRow } from '@core/status/api-types.ts'
import { api } from '../data/api.ts'
import { resource } from '../data/resource.ts'
import { snapshot } from './live.ts'
import { place } from './navigation.ts'

const everySeconds = (): number => (place.value.range <= 300 ? 2 : 5)

/** The routes in the time that the charts show. */
export const routes = resource<readonly RouteRow[]>(() => {
  const { range } = place.value
  if (snapshot.value === null) return null
  return { key: String(range), load: () => api.routes(range), everySeconds: everySeconds() }
})

/** Seconds in which what fails or is slow counts as wrong now. */
export const VERDICT_WINDOW = 300
const VERDICT_EVERY_SECONDS = 3

const ofVerdict = resource<readonly RouteRow[]>(() =>
  snapshot.value === null || place.value.range === VERDICT_WINDOW
    ? null
    : {
        key: String(VERDICT_WINDOW),
        load: () => api.routes(VERDICT_WINDOW),
        everySeconds: VERDICT_EVERY_SECONDS,
      },
)

/** The routes in the last minutes, whatever the charts show: what is wrong now depends on no range. */
export const lateRoutes = signal<readonly RouteRow[]>([])

effect(() => {
  const shown = routes.value
  const answer = shown?.key === String(VERDICT_WINDOW) ? shown : ofVerdict.value
  // Those that are known stay until the next ones come.
  if (answer?.data != null) lateRoutes.value = answer.data
})

/** The latency of the route that is opened. */
export const histogram = resource<RouteHistogramDocument>(() => {
  const { route, range } = place.value
  if (route === null || route.method === '') return null
  return {
    key: JSON.stringify([route.method, route.pattern, range]),
    load: () => api.histogram(route.method, route.pattern, range),
    everySeconds: everySeconds(),
  }
})
