import { MtaioError } from '../errors.ts'
import { isRecord, shown } from '../option-value.ts'

/** How a threshold is applied. All times are seconds. */
export interface ThresholdOptions {
  /** How long the value must stay above before it counts. Default: 0, at once. */
  readonly for?: number | undefined
  /** The alert ends when the value is at most this. Default: the threshold itself. */
  readonly clearBelow?: number | undefined
  /**
   * How long handlers are left alone after a call for the same metric, whatever its labels; at least
   * an interval. Default: 0.
   */
  readonly cooldown?: number | undefined
}

type Resolved<Options> = { readonly [Name in keyof Options]-?: NonNullable<Options[Name]> }

/** A threshold in force. */
export interface Threshold extends Resolved<ThresholdOptions> {
  readonly metric: string
  readonly value: number
}

/** A threshold, and whether there is anything to compare with it. */
export interface WatchedThreshold extends Threshold {
  /** The metric had a value since the threshold was set. One whose name has a slip never has. */
  readonly hasValue: boolean
}

const OPTION_NAMES: ReadonlySet<string> = new Set<keyof ThresholdOptions>([
  'for',
  'clearBelow',
  'cooldown',
])

/**
 * Checks a threshold and fills in the defaults.
 *
 * @throws MtaioError `MTAIO_THRESHOLD_INVALID`, or `MTAIO_OPTION_UNKNOWN` for an option that there
 *   is not.
 */
export function resolveThreshold(
  metric: string,
  value: number,
  options: ThresholdOptions = {},
): Threshold {
  if (typeof metric !== 'string' || metric === '') {
    throw invalid(`A threshold needs the name of a metric, such as 'cpu_usage'.`)
  }
  if (!Number.isFinite(value)) {
    throw invalid(
      `The threshold of ${metric} must be a finite number such as 80, not ${shown(value)}. ` +
        `To take a threshold away, call removeThreshold('${metric}').`,
    )
  }
  if (!isRecord(options)) {
    throw invalid(
      `The options of the threshold of ${metric} must be an object such as { for: 10 }.`,
    )
  }
  for (const name of Object.keys(options)) {
    if (OPTION_NAMES.has(name)) continue
    throw new MtaioError(
      'MTAIO_OPTION_UNKNOWN',
      `A threshold has no option ${name}. Use one of: ${[...OPTION_NAMES].join(', ')}.`,
    )
  }
  const { clearBelow = value } = options
  if (!Number.isFinite(clearBelow) || clearBelow > value) {
    throw invalid(
      `clearBelow of ${metric} must be a number of at most the threshold ${value}, not ${shown(clearBelow)}.`,
    )
  }
  return {
    metric,
    value,
    clearBelow,
    for: seconds(metric, 'for', options.for ?? 0),
    cooldown: seconds(metric, 'cooldown', options.cooldown ?? 0),
  }
}

function seconds(metric: string, name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw invalid(
    `${name} of the threshold of ${metric} must be 0 or more seconds, not ${shown(value)}.`,
  )
}

function invalid(message: string): MtaioError {
  return new MtaioError('MTAIO_THRESHOLD_INVALID', message)
}
