import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Resource } from './access-decision.ts'
import type { Access } from './access.ts'
import { json, JSON_TYPE, notFound } from './answer.ts'
import type { Answer } from './answer.ts'
import type { ApiReader } from './api-reader.ts'
import { endpointAt } from './api.ts'
import { healthDocument, withoutMessages } from './health.ts'
import type { PageAssets } from './page-assets.ts'
import { SIGN_IN_STYLE, signInStyle } from './plain-page.ts'
import { CONTENT_TYPES, formatOf } from './prometheus/format.ts'
import type { Prometheus } from './prometheus/prometheus.ts'
import { Query } from './query.ts'
import type { ResultLimit } from './result-limit.ts'
import { signIn, signOut } from './sign-in.ts'
import type { MonitorReader, StatusSources } from './status-sources.ts'
import type { StreamHub } from './stream.ts'

/** What answers are made from. */
export interface TargetContext {
  readonly sources: StatusSources
  readonly access: Access
  readonly api: ApiReader
  readonly results: ResultLimit
  readonly stream: StreamHub
  readonly prometheus: Prometheus
  readonly assets: PageAssets
}

/** A request that may be answered. */
export interface TargetRequest {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Below the mount path, without slashes at its ends. */
  readonly path: string
  /** Relative address of the mount path. */
  readonly base: string
  /** The query, without its question mark. */
  readonly search: string
  /** Nobody knows who asks. */
  readonly stranger: boolean
}

/** What an address stands for. */
export interface Target {
  /** What the gate is asked for; null for its own door: the form that takes the token, and its style. */
  readonly resource: Resource | null
  readonly method: 'GET' | 'POST'
  /** Null when it has answered by itself. */
  answer(context: TargetContext, request: TargetRequest): Answer | null | Promise<Answer | null>
}

/** Finds what an address stands for; does nothing else, since the gate has not been asked yet. */
export function targetOf(req: IncomingMessage, path: string, access: Access): Target {
  if (path === '') return acceptsJsonOnly(req) ? SNAPSHOT : PAGE
  if (path === 'metrics') return METRICS
  if (path === 'health') return HEALTH
  if (path === 'api/stream') return STREAM
  if (path.startsWith('api/')) return apiTarget(path.slice('api/'.length))
  if (path === 'session' && access.hasToken) return SIGN_IN
  if (path === SIGN_IN_STYLE && access.hasToken) return STYLE
  if (path === 'logout' && access.hasToken) return SIGN_OUT
  if (/^r\/[^/]+$/.test(path)) return PAGE
  return ASSET
}

const PAGE: Target = {
  resource: 'page',
  method: 'GET',
  answer: ({ assets }, { base }) => assets.page(base),
}

const SNAPSHOT: Target = {
  resource: 'api',
  method: 'GET',
  answer: async ({ api }, { search }) => {
    Query.none(search)
    return json(await api.snapshot(), { vary: 'accept' })
  },
}

const ASSET: Target = {
  resource: 'page',
  method: 'GET',
  answer: ({ assets }, { req, path }) => assets.asset(req, path),
}

const STREAM: Target = {
  resource: 'api',
  method: 'GET',
  answer: ({ stream, access }, { req, res, search }) => {
    Query.none(search)
    stream.open(req, res, access.permission(req))
    return null
  },
}

const METRICS: Target = {
  resource: 'metrics',
  method: 'GET',
  answer: async ({ prometheus }, { req, search }) => {
    Query.none(search)
    const format = formatOf(req.headers.accept)
    const body = await prometheus.render(format)
    return { status: 200, type: CONTENT_TYPES[format], body, headers: { vary: 'accept' } }
  },
}

/** What an alert that fires is to `health`. */
const ALERTS = ['warn', 'fail'] as const

const HEALTH: Target = {
  resource: 'health',
  method: 'GET',
  answer: ({ sources, results }, { search, stranger }) => {
    const alerts = new Query(search, ['alerts']).oneOf('alerts', ALERTS, 'warn')
    const whole = healthDocument(healthFacts(sources.monitor, results), alerts === 'fail')
    const document = stranger ? withoutMessages(whole) : whole
    const status = document.status === 'ok' ? 200 : 503
    return { status, type: JSON_TYPE, body: JSON.stringify(document) }
  },
}

const SIGN_IN: Target = {
  resource: null,
  method: 'POST',
  answer: ({ access }, { req, base }) => signIn(req, access, base),
}

const STYLE: Target = { resource: null, method: 'GET', answer: signInStyle }

const SIGN_OUT: Target = {
  resource: 'page',
  method: 'POST',
  answer: ({ access, stream }, { req, base }) => {
    const answer = signOut(req, access, base)
    stream.endForbidden()
    return answer
  },
}

const NOTHING: Target = { resource: 'api', method: 'GET', answer: notFound }

function apiTarget(path: string): Target {
  const endpoint = endpointAt(path)
  if (endpoint === null) return NOTHING
  return {
    resource: endpoint.resource,
    method: endpoint.method,
    answer: ({ api }, { search }) => endpoint.answer(api, new Query(search, endpoint.parameters)),
  }
}

function healthFacts(
  monitor: MonitorReader,
  results: ResultLimit,
): Parameters<typeof healthDocument>[0] {
  return {
    running: monitor.isRunning,
    sampleAgeMs: monitor.sampleAgeMs,
    intervalMs: monitor.interval * 1000,
    firing: results.cut(monitor.alerts.firing()),
  }
}

/** The page is what a browser and curl get; JSON is what asks for it by name. */
function acceptsJsonOnly(req: IncomingMessage): boolean {
  return accepts(req, 'application/json') && !wantsPage(req)
}

/** Whether a browser asks, rather than a script. */
export function wantsPage(req: IncomingMessage): boolean {
  return accepts(req, 'text/html')
}

function accepts({ headers }: IncomingMessage, type: string): boolean {
  return headers.accept?.toLowerCase().includes(type) === true
}
