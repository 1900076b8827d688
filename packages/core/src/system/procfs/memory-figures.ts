import { join } from 'node:path'
import type { MemoryStats } from '../system-stats.ts'
import type { Cgroup, Cgroups } from './cgroups.ts'
import { KernelFile, numberAfter, wholeNumber } from './kernel-file.ts'
import { findMemoryLimit } from './cgroup-limits.ts'
import { LIMITS_KEPT_MS } from './refresh.ts'

const KIB = 1024

/** Use of memory, of the smallest limit of the process's groups, else of the host. */
export class MemoryFigures {
  readonly #cgroups: Cgroups
  readonly #host: KernelFile
  #limit: number | null = null
  #group: GroupMemory | null = null
  #refreshAtMs = -Infinity

  constructor(root: string, cgroups: Cgroups) {
    this.#cgroups = cgroups
    this.#host = new KernelFile(`${root}/proc/meminfo`)
  }

  /** The limit in bytes, as it was when it was last looked at. */
  get limit(): number | null {
    return this.#limit
  }

  read(nowMs: number): MemoryStats {
    const text = this.#host.head(256)
    const hostTotal = numberAfter(text, 'MemTotal:', this.#host.path) * KIB
    const hostAvailable = numberAfter(text, 'MemAvailable:', this.#host.path) * KIB
    if (nowMs >= this.#refreshAtMs) this.#refresh(nowMs, hostTotal)
    if (this.#limit === null || this.#group === null) {
      return stats(hostTotal, hostAvailable, hostTotal - hostAvailable)
    }
    const used = this.#group.used()
    // A group may be promised more than the host still has.
    return stats(this.#limit, Math.min(hostAvailable, Math.max(0, this.#limit - used)), used)
  }

  close(): void {
    this.#host.close()
    this.#group?.close()
    this.#group = null
    this.#refreshAtMs = -Infinity
  }

  #refresh(nowMs: number, hostTotal: number): void {
    const limit = findMemoryLimit(this.#cgroups, hostTotal)
    this.#refreshAtMs = nowMs + LIMITS_KEPT_MS
    this.#limit = limit?.value ?? null
    if (this.#group?.directory === limit?.cgroup.directory) return
    this.#group?.close()
    this.#group = limit === null ? null : new GroupMemory(limit.cgroup)
  }
}

/**
 * The working set of a group, as Docker and the kubelet count it: pages of files that were not
 * used lately are the kernel's to take back, so they are not in use.
 */
class GroupMemory {
  readonly directory: string
  readonly #usage: KernelFile
  readonly #stat: KernelFile
  readonly #inactiveKey: string

  constructor({ directory, version }: Cgroup) {
    this.directory = directory
    this.#usage = new KernelFile(
      join(directory, version === 2 ? 'memory.current' : 'memory.usage_in_bytes'),
    )
    this.#stat = new KernelFile(join(directory, 'memory.stat'))
    // In version 1 the plain key leaves out the groups inside this one, the usage does not.
    this.#inactiveKey = version === 2 ? 'inactive_file ' : 'total_inactive_file '
  }

  used(): number {
    const usage = wholeNumber(this.#usage.head(32), this.#usage.path)
    const inactive = numberAfter(this.#stat.text(), this.#inactiveKey, this.#stat.path)
    return Math.max(0, usage - inactive)
  }

  close(): void {
    this.#usage.close()
    this.#stat.close()
  }
}

function stats(total: number, available: number, used: number): MemoryStats {
  const percent = total > 0 ? Math.min(100, Math.max(0, (used / total) * 100)) : null
  return { total, available, used, percent }
}
