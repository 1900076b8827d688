import { MtaioError } from '../errors.ts'
import { resolveLimits } from '../limits.ts'
import type { LimitOptions, Limits } from '../limits.ts'
import { Log } from '../logger.ts'
import type { Logger } from '../logger.ts'
import { isRecord, shown } from '../option-value.ts'
import type { StatsSource, StatsSourceName } from '../system/index.ts'
import { resolveThreshold } from './threshold.ts'
import type { Threshold, ThresholdOptions } from './threshold.ts'

/** The options of a `ResourceMonitor`. */
export interface MonitorOptions {
  /** Seconds between two samples, 0.01 to 86,400. Default: 1. */
  readonly interval?: number | undefined
  /** How many samples are kept. Default: 3600, an hour at an interval of a second. */
  readonly historySize?: number | undefined
  /**
   * Thresholds from the start, by metric: a number, or a number with options. Default: none.
   *
   * @example
   * { cpu_usage: 80, response_time: { value: 1, for: 10 } }
   */
  readonly thresholds?:
    Readonly<Record<string, number | (ThresholdOptions & { readonly value: number })>> | undefined
  /**
   * Where the system's figures come from. Default: 'auto', which is /proc on Linux and the package
   * systeminformation everywhere else.
   */
  readonly source?: StatsSourceName | StatsSource | undefined
  /** Caps, by name; see docs/limits.md. */
  readonly limits?: LimitOptions | undefined
  /** Where warnings go. Default: `console`. */
  readonly logger?: Logger | Log | undefined
}

/** Options that were checked and filled in. */
export interface ResolvedMonitorOptions {
  readonly intervalMs: number
  readonly historySize: number
  readonly thresholds: readonly Threshold[]
  readonly source: StatsSourceName | StatsSource
  readonly limits: Limits
  readonly log: Log
}

const OPTION_NAMES: readonly (keyof MonitorOptions)[] = [
  'interval',
  'historySize',
  'thresholds',
  'source',
  'limits',
  'logger',
]
const SOURCE_NAMES: readonly StatsSourceName[] = ['auto', 'procfs', 'systeminformation']
const MAX_INTERVAL = 86_400
const MIN_INTERVAL = 0.01
const MAX_HISTORY = 1_000_000

/**
 * Checks the options and fills in the defaults.
 *
 * @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`, `MTAIO_THRESHOLD_INVALID`.
 */
export function resolveMonitorOptions(options: MonitorOptions): ResolvedMonitorOptions {
  if (!isRecord(options)) {
    throw invalid(`The options of a monitor must be an object such as { interval: 1 }.`)
  }
  for (const name of Object.keys(options)) {
    if ((OPTION_NAMES as readonly string[]).includes(name)) continue
    throw new MtaioError(
      'MTAIO_OPTION_UNKNOWN',
      `A monitor has no option ${name}. Use one of: ${OPTION_NAMES.join(', ')}.`,
    )
  }
  const { interval = 1, historySize = 3600, source = 'auto', logger } = options
  if (typeof interval !== 'number' || !(interval >= MIN_INTERVAL && interval <= MAX_INTERVAL)) {
    throw invalid(
      `interval must be a number of seconds from ${MIN_INTERVAL} to ${MAX_INTERVAL}, not ${shown(interval)}.`,
    )
  }
  if (!Number.isInteger(historySize) || historySize < 1 || historySize > MAX_HISTORY) {
    throw invalid(
      `historySize must be a whole number of samples from 1 to ${MAX_HISTORY}, not ${shown(historySize)}.`,
    )
  }
  return {
    intervalMs: interval * 1000,
    historySize,
    thresholds: resolveThresholds(options.thresholds ?? {}),
    source: resolveSource(source),
    limits: resolveLimits(options.limits),
    log: logger instanceof Log ? logger : new Log(resolveLogger(logger)),
  }
}

function resolveThresholds(given: NonNullable<MonitorOptions['thresholds']>): Threshold[] {
  if (!isRecord(given)) {
    throw invalid(`thresholds must be an object such as { cpu_usage: 80 }, not ${shown(given)}.`)
  }
  return Object.entries(given).map(([metric, setting]) => {
    if (typeof setting !== 'object' || setting === null) return resolveThreshold(metric, setting)
    const { value, ...options } = setting
    return resolveThreshold(metric, value, options)
  })
}

function resolveSource(source: StatsSourceName | StatsSource): StatsSourceName | StatsSource {
  const isSource = typeof source === 'object' && typeof source?.read === 'function'
  if (isSource || SOURCE_NAMES.includes(source as StatsSourceName)) return source
  throw invalid(
    `source must be one of ${SOURCE_NAMES.join(', ')}, or an object with start, read, hostFacts and stop.`,
  )
}

function resolveLogger(logger: Logger | undefined): Logger | undefined {
  if (logger === undefined) return undefined
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return logger
  throw invalid('logger must be an object with the methods warn(message) and error(message).')
}

function invalid(message: string): MtaioError {
  return new MtaioError('MTAIO_OPTION_INVALID', message)
}
