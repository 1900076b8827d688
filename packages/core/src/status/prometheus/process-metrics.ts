import { readdir, readFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import type { Exposition } from './exposition.ts'
import { GC_BOUNDS } from './gc-durations.ts'
import type { GcDurations } from './gc-durations.ts'
import type { LoopLag } from './loop-lag.ts'

/** Seconds since the epoch. The same for every scrape, also when the clock of the machine was set. */
const START_TIME = Math.round(performance.timeOrigin / 1000)

/**
 * The process and the runtime under the names, types and help texts of prom-client's default
 * metrics (15.1), so that dashboards made for those work.
 */
export async function writeProcessMetrics(
  out: Exposition,
  gc: GcDurations,
  lag: LoopLag,
): Promise<void> {
  writeCpu(out)
  await writeMemoryAndFiles(out)
  await lag.write(out)
  writeActive(out)
  writeHeap(out)
  writeVersion(out)
  const durations = out.family(
    'nodejs_gc_duration_seconds',
    'histogram',
    'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
  )
  for (const [kind, distribution] of gc.kinds) {
    durations.histogram(distribution, GC_BOUNDS, { kind })
  }
}

function writeCpu(out: Exposition): void {
  const { user, system } = process.cpuUsage()
  const counters = [
    ['process_cpu_user_seconds', 'Total user CPU time spent in seconds.', user],
    ['process_cpu_system_seconds', 'Total system CPU time spent in seconds.', system],
    ['process_cpu_seconds', 'Total user and system CPU time spent in seconds.', user + system],
  ] as const
  for (const [name, help, microseconds] of counters) {
    out.family(name, 'counter', help).value(microseconds / 1e6)
  }
  out
    .family(
      'process_start_time_seconds',
      'gauge',
      'Start time of the process since unix epoch in seconds.',
    )
    .value(START_TIME)
}

async function writeMemoryAndFiles(out: Exposition): Promise<void> {
  const [status, limits, files] = await Promise.all([
    textOf('/proc/self/status'),
    textOf('/proc/self/limits'),
    readdir('/proc/self/fd').catch(() => null),
  ])
  const kilobytes = (key: string): number | null => {
    const found = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)
    return found === null ? null : Number(found[1]) * 1024
  }
  const maxFiles = /^Max open files\s+(\d+)/m.exec(limits)
  const gauges = [
    ['process_resident_memory_bytes', 'Resident memory size in bytes.', residentSetSize()],
    ['process_virtual_memory_bytes', 'Virtual memory size in bytes.', kilobytes('VmSize')],
    ['process_heap_bytes', 'Process heap size in bytes.', kilobytes('VmData')],
    // The directory that is being read is open too.
    ['process_open_fds', 'Number of open file descriptors.', files && files.length - 1],
    [
      'process_max_fds',
      'Maximum number of open file descriptors.',
      maxFiles === null ? null : Number(maxFiles[1]),
    ],
  ] as const
  for (const [name, help, value] of gauges) {
    // Where the system does not tell, the name is absent, as with prom-client.
    if (value !== null) out.family(name, 'gauge', help).value(value)
  }
}

/** Empty where there is no /proc. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

function residentSetSize(): number | null {
  try {
    return process.memoryUsage.rss()
  } catch {
    return null
  }
}

/**
 * prom-client calls the sums `…_total` and a gauge, which `promtool check metrics` rejects. The
 * name is what dashboards use, so the name stays and the type is left open.
 */
function writeActive(out: Exposition): void {
  const { _getActiveHandles: handles, _getActiveRequests: requests } = process as unknown as {
    readonly _getActiveHandles?: () => readonly object[]
    readonly _getActiveRequests?: () => readonly object[]
  }
  const groups = [
    [
      'resources',
      'Number of active resources that are currently keeping the event loop alive, grouped by async resource type.',
      process.getActiveResourcesInfo(),
    ],
    [
      'handles',
      'Number of active libuv handles grouped by handle type. Every handle type is C++ class name.',
      handles?.call(process).map(className),
    ],
    [
      'requests',
      'Number of active libuv requests grouped by request type. Every request type is C++ class name.',
      requests?.call(process).map(className),
    ],
  ] as const
  for (const [kind, help, types] of groups) {
    if (types === undefined) continue
    const counts = new Map<string, number>()
    for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1)
    const family = out.family(`nodejs_active_${kind}`, 'gauge', help)
    for (const [type, count] of counts) family.value(count, { type })
    out
      .family(`nodejs_active_${kind}_total`, 'unknown', `Total number of active ${kind}.`)
      .value(types.length)
  }
}

function className(resource: object): string {
  return (resource.constructor as { readonly name?: string } | undefined)?.name ?? 'Object'
}

function writeHeap(out: Exposition): void {
  const heap = getHeapStatistics()
  const gauges = [
    [
      'nodejs_heap_size_total_bytes',
      'Process heap size from Node.js in bytes.',
      heap.total_heap_size,
    ],
    [
      'nodejs_heap_size_used_bytes',
      'Process heap size used from Node.js in bytes.',
      heap.used_heap_size,
    ],
    [
      'nodejs_external_memory_bytes',
      'Node.js external memory size in bytes.',
      heap.external_memory,
    ],
  ] as const
  for (const [name, help, value] of gauges) out.family(name, 'gauge', help).value(value)

  const spaces = getHeapSpaceStatistics()
  const figures = [
    ['total', 'space_size'],
    ['used', 'space_used_size'],
    ['available', 'space_available_size'],
  ] as const
  for (const [name, key] of figures) {
    const family = out.family(
      `nodejs_heap_space_size_${name}_bytes`,
      'gauge',
      `Process heap space size ${name} from Node.js in bytes.`,
    )
    for (const space of spaces) {
      family.value(space[key], { space: space.space_name.replace(/_space$/, '') })
    }
  }
}

function writeVersion(out: Exposition): void {
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.')
  out
    .family('nodejs_version_info', 'gauge', 'Node.js version info.')
    .value(1, { version: process.version, major, minor, patch })
}
