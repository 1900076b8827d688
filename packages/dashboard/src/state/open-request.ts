import { computed } from '@preact/signals'
import type { RequestDocument } from '@core/status/api-types.ts'
import { api } from '../data/api.ts'
import { resource } from '../data/resource.ts'
import { place } from './navigation.ts'

const WHILE_IN_FLIGHT_SECONDS = 1

const id = computed(() => place.value.request)

/** The request that is opened. One that has ended does not change: it is read once. */
export const openRequest = resource<RequestDocument>((last) => {
  const wanted = id.value
  if (wanted === null) return null
  const isDone = last?.key === wanted && last.data?.outcome != null
  return {
    key: wanted,
    load: () => api.request(wanted),
    everySeconds: isDone ? Infinity : WHILE_IN_FLIGHT_SECONDS,
  }
})
