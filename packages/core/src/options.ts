import { MtaioError } from './errors.ts'
import type { IgnoreOption } from './http/ignore-rule.ts'
import { IncomingMessage } from './http/node-http.ts'
import { resolveLimits, type Limits } from './limits.ts'
import { Log } from './logger.ts'
import type { MonitorOptions } from './monitor/monitor-options.ts'
import { isRecord, shown } from './option-value.ts'
import type { ProfilerOptions } from './profiler/profiler-options.ts'
import { resolveAccess, type AccessOptions, type ResolvedAccess } from './status/access.ts'

/** Options of `createMtaio` and of every adapter. All may be left out. */
export interface MtaioOptions extends MonitorOptions, AccessOptions {
  /** When false, mtaio does nothing at all: no page, no sampling, no tracing. @default true */
  readonly enabled?: boolean | undefined
  /** Where the page is, below the root of the app. @default '/_monitor' */
  readonly path?: string | undefined
  /** Seconds: requests that took less are never listed as slow. @default 0: the slowest are */
  readonly slowRequest?: number | undefined
  /** Seconds after which a request that was not answered is given up as `timeout`. @default 300 */
  readonly maxAge?: number | undefined
  /** Paths that are not watched, each with all below it; or a function. @default none */
  readonly ignore?: IgnoreOption | undefined
  /** Keeps the path of each request, never its query. @default true, in production false */
  readonly keepPaths?: boolean | undefined
  /** Whether traces follow async code; see `Profiler`. @default true */
  readonly traceAsyncTasks?: boolean | undefined
  /** Whether each trace keeps where it was started; see `Profiler`. @default false */
  readonly collectStackTrace?: boolean | undefined
  /** Changes or removes what is kept or logged of errors and metadata; see `Redact`. @default none */
  readonly redact?: NonNullable<ProfilerOptions['redact']> | undefined
}

/** {@link MtaioOptions} with their defaults, each part as the room that it is for takes it. */
export interface ResolvedOptions {
  readonly enabled: boolean
  readonly path: string
  /** Seconds. */
  readonly slowRequest: number
  /** Seconds. */
  readonly maxAge: number
  readonly ignore: IgnoreOption
  readonly keepPaths: boolean
  readonly limits: Limits
  readonly log: Log
  readonly access: ResolvedAccess
  readonly monitor: MonitorOptions
  readonly profiler: ProfilerOptions
}

type Check = (value: unknown, name: string) => void

/** Checked by the room that it is for, when that is made. */
const elsewhere: Check = () => {}

/** Every option with its check. What is not here is a mistake. */
const CHECKS: { readonly [Name in keyof Required<MtaioOptions>]: Check } = {
  enabled: isBoolean,
  path: isPath,
  slowRequest: isSeconds(0),
  maxAge: isSeconds(0.001),
  ignore: isIgnore,
  keepPaths: isBoolean,
  interval: elsewhere,
  historySize: elsewhere,
  thresholds: elsewhere,
  source: elsewhere,
  limits: elsewhere,
  logger: isLogger,
  traceAsyncTasks: elsewhere,
  collectStackTrace: elsewhere,
  redact: elsewhere,
  authorize: elsewhere,
  token: elsewhere,
  allowedHosts: elsewhere,
  publicHealth: elsewhere,
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws MtaioError `MTAIO_OPTION_UNKNOWN` for a name that is not an option,
 *   `MTAIO_OPTION_INVALID` for a value that cannot be used.
 */
export function resolveOptions(given: MtaioOptions = {}): ResolvedOptions {
  checkOptions(given)
  if (isRequest(given)) {
    throw new MtaioError(
      'MTAIO_OPTION_INVALID',
      'The options are a request. Call what you give to the app: app.use(mtaioExpress()).',
    )
  }
  // An option that is undefined is left out: apps pass on what an environment did not set.
  const options: MtaioOptions = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  )
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) throw unknown(name)
    CHECKS[name as keyof MtaioOptions](value, name)
  }
  const { enabled = true, logger, redact } = options
  const limits = resolveLimits(options.limits)
  return {
    enabled,
    path: options.path ?? '/_monitor',
    slowRequest: options.slowRequest ?? 0,
    maxAge: options.maxAge ?? 300,
    ignore: options.ignore ?? [],
    keepPaths: options.keepPaths ?? process.env['NODE_ENV'] !== 'production',
    limits,
    log: logger instanceof Log ? logger : new Log(logger, redact),
    access: resolveAccess(options),
    monitor: pick(options, 'interval', 'historySize', 'thresholds', 'source', 'logger'),
    profiler: {
      ...pick(options, 'traceAsyncTasks', 'collectStackTrace', 'redact'),
      enabled,
    },
  }
}

/** @throws MtaioError `MTAIO_OPTION_INVALID` for what holds no options. */
export function checkOptions(given: object): void {
  if (!isRecord(given)) throw invalid('options', 'an object such as { interval: 5 }', given)
}

function pick<Name extends keyof MtaioOptions>(
  options: MtaioOptions,
  ...names: readonly Name[]
): Pick<MtaioOptions, Name> {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => (names as readonly string[]).includes(name)),
  ) as Pick<MtaioOptions, Name>
}

function invalid(name: string, wanted: string, value: unknown): MtaioError {
  return new MtaioError('MTAIO_OPTION_INVALID', `${name} must be ${wanted}, not ${shown(value)}.`)
}

function unknown(name: string): MtaioError {
  const names = Object.keys(CHECKS)
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(name.toLowerCase(), known.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  const hint =
    nearest !== undefined && nearest.distance <= Math.max(1, name.length / 3)
      ? `Did you mean ${nearest.known}?`
      : `The options are: ${names.join(', ')}.`
  return new MtaioError('MTAIO_OPTION_UNKNOWN', `${name} is not an option of mtaio. ${hint}`)
}

/** Letters to add, remove or change (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (from[i] === to[j] ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]!
}

/** Of Express, or the context of Koa: an adapter was used as if it were the middleware. */
function isRequest(given: object): boolean {
  return given instanceof IncomingMessage || ('req' in given && 'res' in given)
}

function isBoolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw invalid(name, 'true or false', value)
}

function isSeconds(least: number): Check {
  return (value, name) => {
    if (!Number.isFinite(value) || (value as number) < least) {
      throw invalid(name, `a number of seconds of at least ${least}`, value)
    }
  }
}

function isLogger(value: unknown, name: string): void {
  const { warn, error } = (value ?? {}) as Partial<Record<string, unknown>>
  if (typeof warn !== 'function' || typeof error !== 'function') {
    throw invalid(name, 'an object with the methods warn(message) and error(message)', value)
  }
}

function isPath(value: unknown, name: string): void {
  // Plain segments only: the path is compared with what clients send, as it is.
  if (typeof value !== 'string' || !/^(\/[\w.~-]+)+$/.test(value)) {
    throw invalid(name, "a path such as '/_monitor', without a slash at its end", value)
  }
}

function isIgnore(value: unknown, name: string): void {
  if (typeof value === 'function') return
  const isPaths =
    Array.isArray(value) && value.every((path) => typeof path === 'string' && path.startsWith('/'))
  if (!isPaths)
    throw invalid(
      name,
      "paths that begin with a slash, such as ['/health'], or a function of the request",
      value,
    )
}
