import { signal } from '@preact/signals'
import type { ProfileDocument } from '@core/status/api-types.ts'
import { api } from '../data/api.ts'
import { resource } from '../data/resource.ts'
import { snapshot } from './live.ts'

const EVERY_SECONDS = 3

/** The panel can be seen; else its figures are not read. */
export const profileInView = signal(false)

/** The profiler's figures by operation. */
export const profile = resource<ProfileDocument>((last) => {
  const inView = profileInView.value && snapshot.value !== null
  if (!inView && last === null) return null
  return { key: 'profile', load: api.profile, everySeconds: inView ? EVERY_SECONDS : Infinity }
})
