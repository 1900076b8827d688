import { effect, signal } from '@preact/signals'
import type { RouteHistogramDocument, RouteRow } from '@core/status/api-types.ts'
import { api } from '../data/api.ts'
import { resource } from '../data/resource.ts'
import { snapshot } from './live.ts'
import { place } from './navigation.ts'
import { VERDICT_RANGE } from './place.ts'

const everySeconds = (): number => (place.value.range <= 300 ? 2 : 5)

/** The routes in the time that the charts show. */
export const routes = resource<readonly RouteRow[]>(() => {
  const { range } = place.value
  if (snapshot.value === null) return null
  return { key: String(range), load: () => api.routes(range), everySeconds: everySeconds() }
})

const VERDICT_EVERY_SECONDS = 3

const ofVerdict = resource<readonly RouteRow[]>(() =>
  snapshot.value === null || place.value.range === VERDICT_RANGE
    ? null
    : {
        key: String(VERDICT_RANGE),
        load: () => api.routes(VERDICT_RANGE),
        everySeconds: VERDICT_EVERY_SECONDS,
      },
)

/** The routes in the last minutes, whatever the charts show: what is wrong now depends on no range. */
export const lateRoutes = signal<readonly RouteRow[]>([])

effect(() => {
  const shown = routes.value
  const answer = shown?.key === String(VERDICT_RANGE) ? shown : ofVerdict.value
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
