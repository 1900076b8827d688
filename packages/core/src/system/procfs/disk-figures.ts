import { existsSync, readdirSync } from 'node:fs'
import type { IoStats } from '../system-stats.ts'
import { LEAST_SPAN_MS } from '../least-span.ts'
import { KernelFile, readOnce } from './kernel-file.ts'
import { LIMITS_KEPT_MS } from './refresh.ts'

/** /proc/diskstats counts in sectors of this size whatever the disk's own is. */
const SECTOR_BYTES = 512

/** Seven numbers of 64 bits, and what is between them. */
const LINE_BYTES = 160

const NOTHING: IoStats = { readBytes: null, writeBytes: null, readCount: null, writeCount: null }

interface Counters {
  readonly reads: number
  readonly sectorsRead: number
  readonly writes: number
  readonly sectorsWritten: number
}

/**
 * Traffic of whole physical disks. A partition's traffic is its disk's, and that of a mapped or
 * joined device (dm, md, loop, bcache) reaches the disks below it: counting either would count
 * the same bytes twice. zram and ram disks are memory.
 */
export class DiskFigures {
  readonly #root: string
  readonly #file: KernelFile
  #disks: ReadonlySet<string> = new Set()
  #previous: ReadonlyMap<string, Counters> = new Map()
  #previousMs = -Infinity
  #refreshAtMs = -Infinity

  constructor(root: string) {
    this.#root = root
    this.#file = new KernelFile(`${root}/proc/diskstats`)
  }

  /**
   * Traffic since the previous call. `null` at the first one, when a counter went back, and on a
   * machine without a disk. A disk that is new since then counts from the next call on. Also `null`
   * over less than {@link LEAST_SPAN_MS}: the next call has that traffic, too.
   */
  read(nowMs: number): IoStats {
    if (nowMs >= this.#refreshAtMs) this.#refresh(nowMs)
    const previous = this.#previous
    if (nowMs - this.#previousMs < LEAST_SPAN_MS) return NOTHING
    this.#previous = new Map()
    this.#previousMs = nowMs
    const current = this.#readCounters()
    this.#previous = current
    return difference(previous, current)
  }

  close(): void {
    this.#file.close()
    this.#previous = new Map()
    this.#previousMs = -Infinity
    this.#refreshAtMs = -Infinity
  }

  /** Of each line only what follows the name: reads, merged, sectors, ms, and so for writes. */
  #readCounters(): Map<string, Counters> {
    const counters = new Map<string, Counters>()
    const text = this.#file.text()
    for (const name of this.#disks) {
      const at = text.indexOf(` ${name} `)
      if (at === -1) continue
      const start = at + name.length + 2
      const fields = text
        .slice(start, start + LINE_BYTES)
        .split(' ', 7)
        .map(Number)
      const [reads = NaN, , sectorsRead = NaN, , writes = NaN, , sectorsWritten = NaN] = fields
      if (!(reads + sectorsRead + writes + sectorsWritten >= 0)) {
        throw new Error(`${this.#file.path} has no numbers for ${name}`)
      }
      counters.set(name, { reads, sectorsRead, writes, sectorsWritten })
    }
    if (counters.size === 0 && this.#disks.size > 0) {
      throw new Error(`${this.#file.path} has none of the disks of /sys/block`)
    }
    return counters
  }

  /** Partitions are not in /sys/block, and what is made of software has no `device`. */
  #refresh(nowMs: number): void {
    const directory = `${this.#root}/sys/block`
    const disks = new Set<string>()
    for (const entry of readdirSync(directory)) {
      if (!existsSync(`${directory}/${entry}/device`)) continue
      // One of several paths to an NVMe disk, which has an entry of its own.
      if (readOnce(`${directory}/${entry}/hidden`)?.startsWith('1') === true) continue
      // A file name cannot hold the slash of names such as cciss/c0d0.
      disks.add(entry.replaceAll('!', '/'))
    }
    this.#disks = disks
    this.#refreshAtMs = nowMs + LIMITS_KEPT_MS
  }
}

function difference(
  previous: ReadonlyMap<string, Counters>,
  current: ReadonlyMap<string, Counters>,
): IoStats {
  let known = 0
  let [reads, sectorsRead, writes, sectorsWritten] = [0, 0, 0, 0]
  for (const [name, now] of current) {
    const before = previous.get(name)
    if (before === undefined) continue
    if (
      now.reads < before.reads ||
      now.sectorsRead < before.sectorsRead ||
      now.writes < before.writes ||
      now.sectorsWritten < before.sectorsWritten
    ) {
      return NOTHING
    }
    known += 1
    reads += now.reads - before.reads
    sectorsRead += now.sectorsRead - before.sectorsRead
    writes += now.writes - before.writes
    sectorsWritten += now.sectorsWritten - before.sectorsWritten
  }
  if (known === 0) return NOTHING
  return {
    readBytes: sectorsRead * SECTOR_BYTES,
    writeBytes: sectorsWritten * SECTOR_BYTES,
    readCount: reads,
    writeCount: writes,
  }
}
