import type { OperationStats } from '../profiler/operation-stats.ts'
import { metricsOf, type Profile } from '../profiler/profile.ts'
import type { OperationRow, ProfileDocument } from './api-types.ts'

/** The operations that were called, those that took most of the time first. */
export function profileDocument(profile: Profile): ProfileDocument {
  const operations = Array.from(profile.operations.values(), operationRow)
    .filter((row) => row.callCount > 0)
    .toSorted((a, b) => b.totalTime - a.totalTime)
  return { startTime: profile.startTime, totalTime: profile.totalTime, operations }
}

function operationRow(operation: OperationStats): OperationRow {
  const { percentiles, ...metrics } = metricsOf(operation)
  return {
    name: operation.name,
    ...metrics,
    p50: percentiles[50],
    p90: percentiles[90],
    p95: percentiles[95],
    p99: percentiles[99],
  }
}
