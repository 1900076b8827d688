import type { OperationStats } from '../profiler/operation-stats.ts'
import type { Profile } from '../profiler/profile.ts'
import type { OperationRow, ProfileDocument } from './api-types.ts'

/** The operations that were called, those that took most of the time first. */
export function profileDocument(profile: Profile): ProfileDocument {
  const operations = Array.from(profile.operations.values(), operationRow)
    .filter((row) => row.callCount > 0)
    .toSorted((a, b) => b.totalTime - a.totalTime)
  return { startTime: profile.startTime, totalTime: profile.totalTime, operations }
}

function operationRow({ name, histogram, errorCount, memoryTotal }: OperationStats): OperationRow {
  return {
    name,
    callCount: histogram.count,
    errorCount,
    totalTime: histogram.sum,
    avgTime: histogram.mean ?? 0,
    minTime: histogram.min ?? 0,
    maxTime: histogram.max ?? 0,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    memoryTotal,
    memoryAvg: histogram.count === 0 ? 0 : memoryTotal / histogram.count,
  }
}
