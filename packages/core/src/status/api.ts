import type { WindowSeconds } from '../metrics/sliding-window.ts'
import type { Resource } from './access-decision.ts'
import { failure, json, JSON_TYPE, notFound } from './answer.ts'
import type { Answer } from './answer.ts'
import type { ApiReader } from './api-reader.ts'
import type { RequestsDocument } from './api-types.ts'
import { historyAnswer } from './history-answer.ts'
import type { Query } from './query.ts'

/** The windows of the API, in seconds; null is everything since the start. */
const WINDOWS = { all: null, '60': 60, '300': 300, '900': 900, '3600': 3600 } as const
const WINDOW_NAMES = ['60', '300', '900', '3600', 'all'] as const
const VIEWS: readonly RequestsDocument['view'][] = ['recent', 'slowest', 'errors', 'in-flight']
const FORMATS = ['json', 'chrome-trace'] as const

const DEFAULT_LIMIT = 50
/** A week: more than the history holds by default, so that a typing mistake is seen. */
const MAX_SECONDS = 7 * 24 * 3600

/** One address below `api/`. */
export interface Endpoint {
  readonly resource: Resource
  readonly method: 'GET' | 'POST'
  /** Names of the parameters that it knows. */
  readonly parameters: readonly string[]
  answer(reader: ApiReader, query: Query): Answer | Promise<Answer>
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  snapshot: {
    resource: 'api',
    method: 'GET',
    parameters: [],
    answer: async (reader) => json(await reader.snapshot()),
  },
  history: {
    resource: 'api',
    method: 'GET',
    parameters: ['seconds'],
    answer: (reader, query) =>
      historyAnswer(reader.history(query.wholeNumber('seconds', 3600, MAX_SECONDS))),
  },
  routes: {
    resource: 'api',
    method: 'GET',
    parameters: ['window'],
    answer: async (reader, query) => json(await reader.routes(windowOf(query))),
  },
  'routes/histogram': {
    resource: 'api',
    method: 'GET',
    parameters: ['method', 'route', 'window'],
    answer: (reader, query) => {
      const method = query.required('method')
      const route = query.required('route')
      const document = reader.routeHistogram(method, route, windowOf(query))
      return document === null ? notFound() : json(document)
    },
  },
  requests: {
    resource: 'api',
    method: 'GET',
    parameters: ['view', 'route', 'method', 'status', 'from', 'to', 'limit'],
    answer: (reader, query) =>
      json(
        reader.requests({
          view: query.oneOf('view', VIEWS, 'recent'),
          route: query.text('route'),
          method: query.text('method')?.toUpperCase() ?? null,
          status: query.status('status'),
          from: query.time('from'),
          to: query.time('to'),
          limit: query.wholeNumber(
            'limit',
            Math.min(DEFAULT_LIMIT, reader.maxResults),
            reader.maxResults,
          ),
        }),
      ),
  },
  metrics: {
    resource: 'api',
    method: 'GET',
    parameters: ['window'],
    answer: async (reader, query) => json(await reader.metrics(windowOf(query))),
  },
  profile: {
    resource: 'api',
    method: 'GET',
    parameters: [],
    answer: (reader) => json(reader.profile()),
  },
  'profile/export': {
    resource: 'sensitive',
    method: 'GET',
    parameters: ['format'],
    answer: async (reader, query) => {
      const format = query.oneOf('format', FORMATS, 'json')
      return download(await reader.exportProfile(format), `profile-${format}.json`)
    },
  },
  'profile/reset': {
    resource: 'sensitive',
    method: 'POST',
    parameters: [],
    answer: (reader) => {
      reader.resetProfile()
      return json({ reset: true })
    },
  },
  alerts: {
    resource: 'api',
    method: 'GET',
    parameters: [],
    answer: (reader) => json(reader.alerts()),
  },
}

/** The endpoint at an address below `api/`; null when there is none. */
export function endpointAt(path: string): Endpoint | null {
  if (Object.hasOwn(ENDPOINTS, path)) return ENDPOINTS[path] ?? null
  const id = /^requests\/([^/]+)$/.exec(path)?.[1]
  return id === undefined ? null : requestEndpoint(id)
}

function requestEndpoint(id: string): Endpoint {
  return {
    resource: 'sensitive',
    method: 'GET',
    parameters: ['format'],
    answer: (reader, query) => {
      const format = query.oneOf('format', FORMATS, 'json')
      // An id is sixteen hex digits; nothing else is looked for.
      const found = /^[0-9a-f]{16}$/.test(id)
      if (format === 'chrome-trace') {
        const text = found ? reader.exportRequest(id) : null
        return text === null ? requestGone() : download(text, `request-${id}.json`)
      }
      const document = found ? reader.request(id) : null
      return document === null ? requestGone() : json(document)
    },
  }
}

function requestGone(): Answer {
  return failure(404, 'request_not_found', 'No such request is kept. The oldest ones go first.')
}

function windowOf(query: Query): WindowSeconds | null {
  return WINDOWS[query.oneOf('window', WINDOW_NAMES, 'all')]
}

function download(body: Answer['body'], name: string): Answer {
  const headers = { 'content-disposition': `attachment; filename="${name}"` }
  return { status: 200, type: JSON_TYPE, body, headers }
}
