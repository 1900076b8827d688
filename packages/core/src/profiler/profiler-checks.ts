import { MtaioError } from '../errors.ts'
import { shown } from '../option-value.ts'
import type { AnyFunction } from './function-types.ts'
import { ProfileTrace } from './profile-trace.ts'

/** @throws MtaioError `MTAIO_OPTION_INVALID` for what is no trace of a profiler. */
export function checkTrace(given: ProfileTrace, what: string): void {
  if (!(given instanceof ProfileTrace)) throw invalid(what, 'a trace that startTrace() gave', given)
}

/** @throws MtaioError `MTAIO_OPTION_INVALID` for what is no function. */
export function checkFunction(given: AnyFunction, what: string): void {
  if (typeof given !== 'function') throw invalid(what, 'a function', given)
}

/** The error of a value that cannot be used. */
export function invalid(what: string, wanted: string, given: unknown): MtaioError {
  return new MtaioError('MTAIO_OPTION_INVALID', `${what} must be ${wanted}, not ${shown(given)}.`)
}
