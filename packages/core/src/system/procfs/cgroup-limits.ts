import { join } from 'node:path'
import type { Cgroup, Cgroups } from './cgroups.ts'
import { readOnce, wholeNumber } from './kernel-file.ts'

/** A limit, and the group that has it: what counts against it is the use of that whole group. */
export interface Limit {
  /** Cores or bytes. */
  readonly value: number
  readonly cgroup: Cgroup
}

/** The smallest quota of CPU, in cores; `null` when none is below `hostCores`. */
export function findCpuLimit(cgroups: Cgroups, hostCores: number): Limit | null {
  return smallest(cgroups.of('cpu'), readQuota, hostCores)
}

/** The smallest limit of memory, in bytes; `null` when none is below `hostBytes`. */
export function findMemoryLimit(cgroups: Cgroups, hostBytes: number): Limit | null {
  return smallest(cgroups.of('memory'), readMemoryLimit, hostBytes)
}

/**
 * "No limit" is written `max`, -1, or as a number that no machine has (0x7ffffffffffff000). What
 * is not below what the host has is no limit, however it is written.
 */
function smallest(
  groups: readonly Cgroup[],
  read: (group: Cgroup) => number | null,
  host: number,
): Limit | null {
  let limit: Limit | null = null
  for (const cgroup of groups) {
    const value = read(cgroup)
    if (value === null || value >= host) continue
    // Of two that are equal the outer one is nearer to being reached: it holds more.
    if (limit === null || value <= limit.value) limit = { value, cgroup }
  }
  return limit
}

function readQuota({ directory, version }: Cgroup): number | null {
  if (version === 2) {
    const path = join(directory, 'cpu.max')
    const [quota = '', period = ''] = (readOnce(path) ?? 'max').trim().split(' ')
    return quota === 'max' ? null : cores(wholeNumber(quota, path), wholeNumber(period, path))
  }
  const quotaPath = join(directory, 'cpu.cfs_quota_us')
  const quota = readOnce(quotaPath)
  if (quota === null || quota.startsWith('-1')) return null
  const periodPath = join(directory, 'cpu.cfs_period_us')
  return cores(wholeNumber(quota, quotaPath), wholeNumber(readOnce(periodPath) ?? '', periodPath))
}

/** A quota of nothing cannot be: a process that reads it runs. */
function cores(quota: number, period: number): number | null {
  return quota > 0 && period > 0 ? quota / period : null
}

function readMemoryLimit({ directory, version }: Cgroup): number | null {
  const path = join(directory, version === 2 ? 'memory.max' : 'memory.limit_in_bytes')
  const text = readOnce(path) ?? 'max'
  return text.startsWith('max') ? null : wholeNumber(text, path) || null
}
