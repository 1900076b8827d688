import { join } from 'node:path'
import type { Cgroup, Cgroups } from './cgroups.ts'
import { KernelFile, numberAfter, readOnce, wholeNumber } from './kernel-file.ts'
import { findCpuLimit } from './cgroup-limits.ts'
import type { Limit } from './cgroup-limits.ts'
import { LEAST_CPU_SPAN_MS } from '../least-span.ts'
import { LIMITS_KEPT_MS } from './refresh.ts'

/** Two counters in one unit: what was used, and what could have been. */
interface CpuTime {
  readonly busy: number
  readonly total: number
}

interface CpuCounter {
  read(nowMs: number): CpuTime
  close(): void
}

/** The busy share of the CPU that this process may use: of its group's quota, else of the host. */
export class CpuFigures {
  readonly #root: string
  readonly #cgroups: Cgroups
  #limit: Limit | null = null
  #counter: CpuCounter | null = null
  #previous: CpuTime | null = null
  #previousMs = -Infinity
  #refreshAtMs = -Infinity

  constructor(root: string, cgroups: Cgroups) {
    this.#root = root
    this.#cgroups = cgroups
  }

  /** The quota in cores, as it was when it was last looked at. */
  get limit(): number | null {
    return this.#limit?.value ?? null
  }

  /**
   * Percent since the previous call. `null` at the first one, when a counter went back (a suspended
   * machine, a counter that began anew), and over less than {@link LEAST_CPU_SPAN_MS}: then the next
   * call is compared with the same one.
   */
  read(nowMs: number): number | null {
    if (nowMs >= this.#refreshAtMs) this.#refresh(nowMs)
    const previous = this.#previous
    if (previous !== null && nowMs - this.#previousMs < LEAST_CPU_SPAN_MS) return null
    this.#previous = null
    this.#previousMs = nowMs
    const current = this.#counter?.read(nowMs) ?? null
    this.#previous = current
    if (current === null || previous === null) return null
    const busy = current.busy - previous.busy
    const total = current.total - previous.total
    if (busy < 0 || total <= 0) return null
    // A quota may be overdrawn for a moment.
    return Math.min(100, (busy / total) * 100)
  }

  close(): void {
    this.#counter?.close()
    this.#counter = null
    this.#previous = null
    this.#refreshAtMs = -Infinity
  }

  #refresh(nowMs: number): void {
    const limit = findCpuLimit(this.#cgroups, countCores(this.#root))
    this.#refreshAtMs = nowMs + LIMITS_KEPT_MS
    if (this.#counter !== null && isSame(limit, this.#limit)) return
    this.#counter?.close()
    this.#previous = null
    this.#limit = limit
    this.#counter =
      limit === null ? new HostCpu(this.#root) : new QuotaCpu(limit, this.#usageFile(limit.cgroup))
  }

  /** In version 1 another controller counts than the one that limits, with groups of its own. */
  #usageFile(cgroup: Cgroup): string {
    if (cgroup.version === 2) return join(cgroup.directory, 'cpu.stat')
    const depth = this.#cgroups.of('cpu').findIndex((one) => one.directory === cgroup.directory)
    const accounting = this.#cgroups.of('cpuacct')[depth]
    return join(accounting?.directory ?? cgroup.directory, 'cpuacct.usage')
  }
}

/** user, nice, system, idle, iowait, irq, softirq, steal; see proc_stat(5). */
const FIELDS = 8
const IDLE = 3
const IOWAIT = 4

/** All CPUs of the host, in clock ticks, from the first line of /proc/stat. */
class HostCpu implements CpuCounter {
  readonly #file: KernelFile

  constructor(root: string) {
    this.#file = new KernelFile(`${root}/proc/stat`)
  }

  read(): CpuTime {
    const line = this.#file.head(256)
    if (!line.startsWith('cpu  ')) throw new Error(`${this.#file.path} has no times of the CPU`)
    const times = line.slice(5, line.indexOf('\n')).split(' ', FIELDS).map(Number)
    const total = times.reduce((sum, time) => sum + time, 0)
    if (times.length < FIELDS || !(total >= 0)) {
      throw new Error(`${this.#file.path} has no times of the CPU`)
    }
    // A CPU that waits for a disk is idle. What a hypervisor took away (steal) is busy: this
    // process could not have it. Guests are counted in user and nice already.
    return { busy: total - (times[IDLE] ?? 0) - (times[IOWAIT] ?? 0), total }
  }

  close(): void {
    this.#file.close()
  }
}

/** What a group used of its quota, in milliseconds of CPU. */
class QuotaCpu implements CpuCounter {
  readonly #cores: number
  readonly #version: 1 | 2
  readonly #file: KernelFile

  constructor(limit: Limit, path: string) {
    this.#cores = limit.value
    this.#version = limit.cgroup.version
    this.#file = new KernelFile(path)
  }

  read(nowMs: number): CpuTime {
    const { path } = this.#file
    const busy =
      this.#version === 2
        ? numberAfter(this.#file.head(512), 'usage_usec ', path) / 1e3
        : wholeNumber(this.#file.head(32), path) / 1e6
    return { busy, total: nowMs * this.#cores }
  }

  close(): void {
    this.#file.close()
  }
}

function countCores(root: string): number {
  const cores = readOnce(`${root}/proc/stat`)?.match(/^cpu\d+ /gm)?.length ?? 0
  // Without a line for each there is at least the one that this runs on; then every quota holds.
  return cores === 0 ? Infinity : cores
}

function isSame(one: Limit | null, other: Limit | null): boolean {
  return one?.value === other?.value && one?.cgroup.directory === other?.cgroup.directory
}
