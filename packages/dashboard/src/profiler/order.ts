import type { OperationRow } from '@core/status/api-types.ts'
import type { Sort } from '../state/place.ts'
import { sortRows } from '../state/sort-rows.ts'

const KEYS = ['name', 'callCount', 'avgTime', 'p95', 'p99', 'memoryAvg', 'totalTime'] as const

/** Operations in order; what has no figure comes last, whichever the direction. */
export function sortOperations(rows: readonly OperationRow[], sort: Sort): readonly OperationRow[] {
  return sortRows(rows, sort, KEYS, 'totalTime', ({ name }) => name)
}
