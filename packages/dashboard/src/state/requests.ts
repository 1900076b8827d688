import { computed, effect, signal } from '@preact/signals'
import type { RequestSummary, RequestsDocument } from '@core/status/api-types.ts'
import { api } from '../data/api.ts'
import { resource } from '../data/resource.ts'
import { snapshot } from './live.ts'
import { place } from './navigation.ts'
import type { Place } from './place.ts'
import { histogram } from './routes.ts'

/** As many as the recent list of the server holds. */
const LIMIT = 200

const query = computed(() => {
  const { view, route, method, status, selection } = place.value
  return {
    view,
    route: route?.pattern ?? null,
    method: route?.method || method || null,
    status: status || null,
    from: selection?.from ?? null,
    to: selection?.to ?? null,
    limit: LIMIT,
  }
})

const key = computed(() => JSON.stringify(query.value))

const asked = resource<RequestsDocument>(() => {
  if (snapshot.value === null) return null
  const wanted = query.value
  return {
    key: key.value,
    load: () => api.requests(wanted),
    everySeconds: wanted.view === 'in-flight' ? 1 : 2,
  }
})

/**
 * What was answered. Few of the slowest of all are of a route that is fast: of one that is opened
 * its examples of each latency are listed too.
 */
const answered = computed(() => {
  const answer = asked.value
  const { view, route, status, selection } = place.value
  const examples = histogram.value?.data
  // The answer to what was asked before stays until the next one comes.
  if (answer?.data == null || answer.key !== key.value) return answer
  // Of a stretch of time the server has looked through them itself.
  if (view !== 'slowest' || route === null || selection !== null || examples == null) return answer
  if (examples.method !== route.method || examples.route !== route.pattern) return answer
  const ids = new Set(answer.data.requests.map(({ id }) => id))
  const more = examples.examples.filter((example) => !ids.has(example.id) && has(example, status))
  const requests = [...answer.data.requests, ...more].toSorted((a, b) => b.duration - a.duration)
  return { ...answer, data: { ...answer.data, requests } }
})

/** Whether a request has a status, or one of a class, as the server understands it. */
function has(request: RequestSummary, status: string): boolean {
  const code = String(request.status)
  return status === '' || (status.endsWith('xx') ? code[0] === status[0] : code === status)
}

/** The reader is busy with the list: its rows must stay where they are. */
export const held = signal(false)

interface Shown {
  readonly key: string
  readonly document: RequestsDocument
}

/** The list as it is shown. */
export const shown = signal<Shown | null>(null)

export const requestsError = computed(() => asked.value?.error ?? null)

effect(() => {
  const answer = answered.value
  if (answer?.data == null) return
  const current = shown.peek()
  if (!held.value || current?.key !== answer.key) {
    shown.value = { key: answer.key, document: answer.data }
    return
  }
  // Held: rows that are there get their new figures, none comes and none goes.
  const byId = new Map(answer.data.requests.map((request) => [request.id, request]))
  const requests = current.document.requests.map((request) => byId.get(request.id) ?? request)
  shown.value = { key: current.key, document: { ...current.document, requests } }
})

/** How many requests wait to be shown because the list is held. */
export const fresh = computed(() => {
  const next = answered.value
  const current = shown.value
  if (next?.data == null || current === null || next.key !== current.key) return 0
  const known = new Set(current.document.requests.map((request) => request.id))
  return filterRequests(next.data.requests, place.value).filter(({ id }) => !known.has(id)).length
})

/** Shows what waited. */
export function showFresh(): void {
  const next = answered.peek()
  if (next?.data != null) shown.value = { key: next.key, document: next.data }
}

/** What the server does not filter by: duration and text. */
export function filterRequests(
  requests: readonly RequestSummary[],
  { least, text }: Place,
): readonly RequestSummary[] {
  const needle = text.toLowerCase()
  return requests.filter(
    (request) => request.duration >= least && (needle === '' || haystack(request).includes(needle)),
  )
}

function haystack(request: RequestSummary): string {
  const { id, method, route, path, status, error, currentSpan } = request
  return [id, method, route, path, status, error?.name, error?.message, currentSpan]
    .join(' ')
    .toLowerCase()
}
