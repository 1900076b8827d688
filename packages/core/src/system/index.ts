import { existsSync } from 'node:fs'
import { ProcfsSource } from './procfs-source.ts'
import type { StatsSource, StatsSourceOptions } from './stats-source.ts'
import { SysteminformationSource } from './systeminformation-source.ts'

export type { HostFacts } from './host-facts.ts'
export { ProcfsSource } from './procfs-source.ts'
export type { ProcfsSourceOptions } from './procfs-source.ts'
export { RuntimeMeter } from './runtime-stats.ts'
export type { SampleWarning, StatsSource, StatsSourceOptions } from './stats-source.ts'
export { SysteminformationSource } from './systeminformation-source.ts'
export type { SysteminformationSourceOptions } from './systeminformation-source.ts'
export type {
  CpuStats,
  GcKind,
  IoStats,
  MemoryStats,
  RuntimeStats,
  SystemStats,
} from './system-stats.ts'

/** Which source to read. `auto` is `procfs` on Linux, and `systeminformation` everywhere else. */
export type StatsSourceName = 'auto' | StatsSource['name']

/** Makes the source of the system's figures. It is not started yet. */
export function createStatsSource(
  name: StatsSourceName = 'auto',
  options: StatsSourceOptions = {},
): StatsSource {
  const chosen = name === 'auto' ? preferredSource() : name
  return chosen === 'procfs' ? new ProcfsSource(options) : new SysteminformationSource(options)
}

/** By the file and not by the name of the platform: what matters is that it can be read. */
function preferredSource(): StatsSource['name'] {
  return existsSync('/proc/self/stat') ? 'procfs' : 'systeminformation'
}
