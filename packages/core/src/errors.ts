/**
 * Every error that mtaio throws or logs, by its code. docs/errors.md lists them all; a test fails
 * when one is missing there.
 */
export const ERRORS = {
  MTAIO_OPTION_INVALID: 'An option has a value that mtaio cannot use.',
  MTAIO_OPTION_UNKNOWN: 'An option has a name that mtaio does not know.',
  MTAIO_METRIC_INVALID: 'A metric has a name, a value or labels that cannot be recorded.',
  MTAIO_THRESHOLD_INVALID: 'A threshold has a name or a value that can never be compared.',
  MTAIO_SAMPLE_FAILED: 'A figure could not be read; the history has a gap there.',
  MTAIO_HANDLER_FAILED: 'An alert handler threw or rejected.',
  MTAIO_NOT_MOUNTED: 'The page is not served, because nothing guards it in production.',
  MTAIO_REFUSED: 'A request for the page was refused.',
  MTAIO_INTERNAL: 'mtaio failed inside; the app was not affected.',
} as const

/** The code of an {@link MtaioError}. */
export type ErrorCode = keyof typeof ERRORS

/**
 * An error of mtaio. `code` is stable, `message` says what to do.
 *
 * @example
 * try {
 *   new ResourceMonitor({ interval: 0 })
 * } catch (error) {
 *   if (error instanceof MtaioError) console.error(error.code) // MTAIO_OPTION_INVALID
 * }
 */
export class MtaioError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MtaioError'
    this.code = code
  }
}
