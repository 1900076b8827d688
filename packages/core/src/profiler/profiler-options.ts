import { MtaioError } from '../errors.ts'
import { resolveLimits, type LimitOptions, type Limits } from '../limits.ts'
import { isRecord } from '../option-value.ts'
import type { Redact } from './sanitizer.ts'

/** Options of {@link Profiler}. */
export interface ProfilerOptions {
  /** When false, nothing is traced and `trace(fn)` returns `fn` itself. @default true */
  readonly enabled?: boolean | undefined
  /**
   * Whether traces nest through `await`, timers and callbacks. When false they nest through
   * synchronous calls only, and what follows an `await` begins a new tree; the async context is
   * then never entered by this profiler. @default true
   */
  readonly traceAsyncTasks?: boolean | undefined
  /** Whether each trace keeps where it was started; costs some 20 µs each. @default false */
  readonly collectStackTrace?: boolean | undefined
  /** Changes or removes what is kept of errors and metadata. @default nothing is changed */
  readonly redact?: Redact | undefined
  /** Caps; see docs/limits.md. */
  readonly limits?: LimitOptions | undefined
}

export interface ResolvedProfilerOptions {
  readonly enabled: boolean
  readonly traceAsyncTasks: boolean
  readonly collectStackTrace: boolean
  readonly redact: Redact | undefined
  readonly limits: Limits
}

const OPTION_NAMES: readonly (keyof ProfilerOptions)[] = [
  'enabled',
  'traceAsyncTasks',
  'collectStackTrace',
  'redact',
  'limits',
]

/** @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN` */
export function resolveProfilerOptions(given: ProfilerOptions): ResolvedProfilerOptions {
  if (!isRecord(given)) {
    throw new MtaioError('MTAIO_OPTION_INVALID', 'The options of a profiler must be an object.')
  }
  for (const name of Object.keys(given)) {
    if ((OPTION_NAMES as readonly string[]).includes(name)) continue
    throw new MtaioError(
      'MTAIO_OPTION_UNKNOWN',
      `A profiler has no option ${name}. Use one of: ${OPTION_NAMES.join(', ')}.`,
    )
  }
  const { redact } = given
  if (redact !== undefined && typeof redact !== 'function') {
    throw new MtaioError('MTAIO_OPTION_INVALID', 'redact must be a function.')
  }
  return {
    enabled: flag(given, 'enabled', true),
    traceAsyncTasks: flag(given, 'traceAsyncTasks', true),
    collectStackTrace: flag(given, 'collectStackTrace', false),
    redact,
    limits: resolveLimits(given.limits),
  }
}

function flag(
  given: ProfilerOptions,
  name: 'enabled' | 'traceAsyncTasks' | 'collectStackTrace',
  fallback: boolean,
): boolean {
  const value: unknown = given[name] ?? fallback
  if (typeof value === 'boolean') return value
  throw new MtaioError('MTAIO_OPTION_INVALID', `${name} must be true or false.`)
}
