import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ProcfsSource } from './procfs-source.ts'
import type { SampleWarning } from './stats-source.ts'

const GIB = 1024 ** 3
const NO_MEMORY = { total: null, available: null, used: null, percent: null }
const NO_IO = { readBytes: null, writeBytes: null, readCount: null, writeCount: null }

let root: string
let now: number
let warnings: SampleWarning[]
let source: ProcfsSource

/** A host of 4 cores and 16 GiB, 12 of them available, with one disk, its partition and a map. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mtaio-procfs-'))
  now = 1000
  warnings = []
  source = new ProcfsSource({
    root,
    now: () => now,
    onWarning: (warning) => warnings.push(warning),
  })
  cpuTimes(100, 900)
  write('proc/loadavg', '0.50 1.25 2.00 1/234 5678\n')
  write('proc/self/stat', `42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 99 5\n`)
  write('proc/meminfo', 'MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:   12582912 kB\n')
  write('sys/block/sda/device/model', '')
  write('sys/block/dm-0/size', '1')
  write('sys/block/zram0/size', '1')
  write('sys/block/nvme0c0n1/device/model', '')
  write('sys/block/nvme0c0n1/hidden', '1\n')
  disk({})
})

afterEach(() => {
  source.stop()
  rmSync(root, { recursive: true })
})

/** The counters of the host change as time goes on. */
function write(path: string, text: string): void {
  if (path.startsWith('proc/')) now += 100
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function cpuTimes(user: number, idle: number): void {
  const cores = [0, 1, 2, 3].map((core) => `cpu${core} 1 0 0 1 0 0 0 0 0 0\n`).join('')
  write('proc/stat', `cpu  ${user} 0 0 ${idle} 0 0 0 0 0 0\n${cores}intr 1 2 3\n`)
}

function disk({ reads = 10, sectorsRead = 80, writes = 5, sectorsWritten = 40 }): void {
  const traffic = `${reads} 0 ${sectorsRead} 9 ${writes} 0 ${sectorsWritten} 9 0 9 9 0 0 0 0 0 0`
  const names = ['8 0 sda', '8 1 sda1', '252 0 dm-0', '253 0 zram0', '259 0 nvme0c0n1']
  write('proc/diskstats', names.map((name) => `   ${name} ${traffic}\n`).join(''))
}

function mounts(...lines: string[]): void {
  write('proc/self/mountinfo', `22 1 0:21 / /proc rw - proc proc rw\n${lines.join('\n')}\n`)
}

/** Version 2 as systemd sets it up; the process is in `path`. */
function unified(path: string): void {
  write('proc/self/cgroup', `0::${path}\n`)
  mounts('30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate')
}

function cpuUsed(path: string, usec: number): void {
  write(`sys/fs/cgroup/${path}/cpu.stat`, `usage_usec ${usec}\nuser_usec 1\nsystem_usec 1\n`)
}

function memoryUsed(path: string, current: number, inactiveFile: number): void {
  write(`sys/fs/cgroup/${path}/memory.current`, `${current}\n`)
  write(
    `sys/fs/cgroup/${path}/memory.stat`,
    `anon 1\ninactive_anon 7\ninactive_file ${inactiveFile}\n`,
  )
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => path.startsWith(root))
    } catch {
      return [] // the directory's own descriptor is closed by now
    }
  })
}

test('CPU is the busy share between two samples, and null at the first', () => {
  expect(source.read().cpu.usagePercent).toBeNull()
  cpuTimes(125, 975)
  expect(source.read().cpu.usagePercent).toBe(25)
})

test('a started source has its first CPU and disk figures at the first sample', () => {
  source.start()
  source.start()
  cpuTimes(150, 950)
  disk({ reads: 11 })
  const stats = source.read()
  expect(stats.cpu.usagePercent).toBe(50)
  expect(stats.io.readCount).toBe(1)
})

test('over no time CPU and disk figures are null, and the next sample has all since the last one', () => {
  source.start()
  now += 4
  const { cpu, io } = source.read()
  expect([cpu.usagePercent, io]).toEqual([null, NO_IO])
  cpuTimes(150, 950)
  disk({ reads: 11 })
  const stats = source.read()
  expect([stats.cpu.usagePercent, stats.io.readCount]).toEqual([50, 1])
})

test('waiting for a disk is idle, and stolen time is busy', () => {
  write('proc/stat', 'cpu  0 0 0 0 0 0 0 0 0 0\n')
  source.start()
  write('proc/stat', 'cpu  10 5 5 30 30 4 6 10 77 77\n')
  expect(source.read().cpu.usagePercent).toBe(40)
})

test('CPU is null when no time passed or the counters went back, and recovers', () => {
  source.start()
  expect(source.read().cpu.usagePercent).toBeNull()
  cpuTimes(50, 1000)
  expect(source.read().cpu.usagePercent).toBeNull()
  cpuTimes(60, 1090)
  expect(source.read().cpu.usagePercent).toBe(10)
  expect(warnings).toEqual([])
})

test('load averages and threads are read, whatever the process is called', () => {
  expect(source.read().cpu).toMatchObject({ loadAverage: [0.5, 1.25, 2], threadCount: 11 })
})

test('without a limit memory is that of the host', () => {
  expect(source.read().memory).toEqual({
    total: 16 * GIB,
    available: 12 * GIB,
    used: 4 * GIB,
    percent: 25,
  })
})

test('disk traffic is that of whole disks: no partition, map, path or memory is added', () => {
  source.start()
  disk({ reads: 13, sectorsRead: 180, writes: 9, sectorsWritten: 42 })
  expect(source.read().io).toEqual({
    readBytes: 51_200,
    writeBytes: 1024,
    readCount: 3,
    writeCount: 4,
  })
})

test('disk traffic is null at the first sample, when a counter went back, and without a disk', () => {
  expect(source.read().io).toEqual(NO_IO)
  disk({ reads: 9 })
  expect(source.read().io).toEqual(NO_IO)
  rmSync(join(root, 'sys/block/sda'), { recursive: true })
  now += 31_000
  expect(source.read().io).toEqual(NO_IO)
  expect(warnings).toEqual([])
})

test('a disk that appears later does not add all it did before', () => {
  source.start()
  write('sys/block/cciss!c0d0/device/model', '')
  now += 31_000
  const line = (reads: number): string => `  104 0 cciss/c0d0 ${reads} 0 8 9 1 0 8 9 0 9 9\n`
  const before = '   8 0 sda 10 0 80 9 5 0 40 9 0 9 9\n'
  write('proc/diskstats', before + line(5000))
  expect(source.read().io.readCount).toBe(0)
  write('proc/diskstats', before + line(5002))
  expect(source.read().io.readCount).toBe(2)
})

test('more disks than fit into one read are all counted', () => {
  const names = Array.from({ length: 400 }, (_, index) => `sd${index}`)
  const table = (reads: number): string =>
    names.map((name) => `   8 0 ${name} ${reads} 0 80 9 5 0 40 9 0 9 9 0 0 0 0 0 0\n`).join('')
  for (const name of names) write(`sys/block/${name}/device/model`, '')
  write('proc/diskstats', table(1))
  source.start()
  write('proc/diskstats', table(2))
  expect(source.read().io.readCount).toBe(400)
})

test.each([
  ['cpu', 'proc/stat'],
  ['load', 'proc/loadavg'],
  ['threads', 'proc/self/stat'],
  ['memory', 'proc/meminfo'],
  ['disk', 'proc/diskstats'],
])('%s: garbage makes this figure null with one warning, the others go on', (figure, path) => {
  write(path, 'banana banana\nMemTotal: NaN kB\nMemAvailable: -1 kB\n')
  source.start()
  source.read()
  now += 100
  const stats = source.read()
  expect(warnings).toHaveLength(1)
  expect(warnings[0]?.figure).toBe(figure)
  expect(warnings[0]?.message).toContain(path)
  expect(stats.cpu.loadAverage === null).toBe(figure === 'load')
  expect(stats.cpu.threadCount === null).toBe(figure === 'threads')
  expect(stats.memory.percent === null).toBe(figure === 'memory')
  expect(stats.io.readBytes === null).toBe(figure === 'disk')
})

test('without any file every figure is null, each with one warning, and all come back', () => {
  rmSync(join(root, 'proc'), { recursive: true })
  rmSync(join(root, 'sys'), { recursive: true })
  source.start()
  expect(source.read()).toEqual({
    timestamp: expect.any(Number) as number,
    cpu: { usagePercent: null, loadAverage: null, threadCount: null },
    memory: NO_MEMORY,
    io: NO_IO,
  })
  expect(warnings.map(({ figure }) => figure)).toEqual(['cpu', 'load', 'threads', 'memory', 'disk'])
  write('proc/loadavg', '1.00 1.00 1.00 1/2 3\n')
  cpuTimes(0, 0)
  source.read()
  cpuTimes(1, 1)
  expect(source.read().cpu).toMatchObject({ usagePercent: 50, loadAverage: [1, 1, 1] })
  expect(warnings).toHaveLength(5)
})

test('cgroup v2: CPU is percent of the quota', () => {
  unified('/app')
  write('sys/fs/cgroup/app/cpu.max', '50000 100000\n')
  cpuUsed('app', 1_000_000)
  source.start()
  now += 1000
  cpuUsed('app', 1_250_000)
  expect(source.read().cpu.usagePercent).toBe(50)
  now += 1000
  cpuUsed('app', 9_000_000)
  expect(source.read().cpu.usagePercent).toBe(100)
  now += 1000
  cpuUsed('app', 8_000_000)
  expect(source.read().cpu.usagePercent).toBeNull()
})

test('cgroup v2: memory in use leaves out what the kernel can take back', () => {
  unified('/app')
  write('sys/fs/cgroup/app/memory.max', `${4 * GIB}\n`)
  memoryUsed('app', 2 * GIB, 1 * GIB)
  expect(source.read().memory).toEqual({
    total: 4 * GIB,
    available: 3 * GIB,
    used: 1 * GIB,
    percent: 25,
  })
})

test('a group cannot have more memory than the host has left', () => {
  unified('/app')
  write('proc/meminfo', 'MemTotal: 16777216 kB\nMemAvailable: 1048576 kB\n')
  write('sys/fs/cgroup/app/memory.max', `${4 * GIB}\n`)
  memoryUsed('app', 1 * GIB, 0)
  expect(source.read().memory).toMatchObject({ available: 1 * GIB, percent: 25 })
})

test('the smallest limit of the groups around applies, with the use of that group', () => {
  unified('/pod/app/inner')
  write('sys/fs/cgroup/pod/app/inner/memory.max', 'max\n')
  write('sys/fs/cgroup/pod/app/memory.max', `${8 * GIB}\n`)
  write('sys/fs/cgroup/pod/memory.max', `${2 * GIB}\n`)
  memoryUsed('pod/app/inner', 1, 0)
  memoryUsed('pod', 1.5 * GIB, 0)
  write('sys/fs/cgroup/pod/app/cpu.max', '200000 100000\n')
  write('sys/fs/cgroup/pod/cpu.max', '300000 100000\n')
  cpuUsed('pod/app', 0)
  source.start()
  now += 1000
  cpuUsed('pod/app', 500_000)
  const stats = source.read()
  expect(stats.memory).toMatchObject({ total: 2 * GIB, percent: 75 })
  expect(stats.cpu.usagePercent).toBe(25)
})

test.each(['max', '9223372036854771712', '9223372036854775807', `${16 * GIB}`])(
  'a memory limit of %s is none',
  (limit) => {
    unified('/app')
    write('sys/fs/cgroup/app/memory.max', `${limit}\n`)
    expect(source.read().memory.total).toBe(16 * GIB)
    expect(warnings).toEqual([])
  },
)

test.each(['max 100000', '400000 100000', '800000 100000'])(
  'a quota of %s on four cores is none',
  (quota) => {
    unified('/app')
    write('sys/fs/cgroup/app/cpu.max', `${quota}\n`)
    source.start()
    cpuTimes(125, 975)
    expect(source.read().cpu.usagePercent).toBe(25)
    expect(warnings).toEqual([])
  },
)

test('a limit that cannot be understood makes its figure null with one warning', () => {
  unified('/app')
  write('sys/fs/cgroup/app/memory.max', 'banana\n')
  write('sys/fs/cgroup/app/cpu.max', '\n')
  source.start()
  const stats = source.read()
  expect(stats.memory).toEqual(NO_MEMORY)
  expect(stats.cpu).toMatchObject({ usagePercent: null, threadCount: 11 })
  expect(warnings.map(({ figure }) => figure)).toEqual(['cpu', 'memory'])
})

test('limits that change while the process runs are followed', () => {
  unified('/app')
  source.start()
  write('sys/fs/cgroup/app/memory.max', `${2 * GIB}\n`)
  memoryUsed('app', 1 * GIB, 0)
  now += 31_000
  expect(source.read().memory).toMatchObject({ total: 2 * GIB, percent: 50 })
  write('sys/fs/cgroup/app/memory.max', `${4 * GIB}\n`)
  now += 31_000
  expect(source.read().memory).toMatchObject({ total: 4 * GIB, percent: 25 })
})

test('cgroup v1 in a container: the mount shows the own group only', () => {
  write('proc/self/cgroup', '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/docker/abc\n')
  mounts(
    '31 30 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory',
    '32 30 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct',
  )
  write('sys/fs/cgroup/memory/memory.limit_in_bytes', `${1 * GIB}\n`)
  write('sys/fs/cgroup/memory/memory.usage_in_bytes', `${0.75 * GIB}\n`)
  write('sys/fs/cgroup/memory/memory.stat', `inactive_file 1\ntotal_inactive_file ${GIB / 4}\n`)
  write('sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us', '200000\n')
  write('sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us', '100000\n')
  write('sys/fs/cgroup/cpu,cpuacct/cpuacct.usage', '5000000000\n')
  source.start()
  now += 1000
  write('sys/fs/cgroup/cpu,cpuacct/cpuacct.usage', '6000000000\n')
  const stats = source.read()
  expect(stats.memory).toMatchObject({ total: 1 * GIB, used: 0.5 * GIB, percent: 50 })
  expect(stats.cpu.usagePercent).toBe(50)
})

test('hybrid: controllers of version 1, each mounted apart, beside an empty version 2', () => {
  write('proc/self/cgroup', '3:memory:/a/b\n2:cpuacct:/a/b\n1:cpu:/a/b\n0::/\n')
  mounts(
    '33 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
    '34 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct',
    '35 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
    '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
  )
  write('sys/fs/cgroup/unified/cpu.stat', 'usage_usec 1\n')
  write('sys/fs/cgroup/memory/a/b/memory.limit_in_bytes', '9223372036854771712\n')
  write('sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us', '-1\n')
  write('sys/fs/cgroup/cpu/a/cpu.cfs_quota_us', '100000\n')
  write('sys/fs/cgroup/cpu/a/cpu.cfs_period_us', '100000\n')
  write('sys/fs/cgroup/cpuacct/a/cpuacct.usage', '0\n')
  source.start()
  now += 2000
  write('sys/fs/cgroup/cpuacct/a/cpuacct.usage', '500000000\n')
  expect(source.read().cpu.usagePercent).toBe(25)
  expect(source.read().memory.total).toBe(16 * GIB)
})

test('a mount point with a blank, and a group outside of what is mounted', () => {
  write('proc/self/cgroup', '0::/../../elsewhere\n')
  mounts('30 23 0:26 / /my\\040cgroup rw - cgroup2 cgroup2 rw')
  write('my cgroup/memory.max', `${2 * GIB}\n`)
  write('my cgroup/memory.current', `${1 * GIB}\n`)
  write('my cgroup/memory.stat', 'inactive_file 0\n')
  expect(source.read().memory).toMatchObject({ total: 2 * GIB, percent: 50 })
})

test('files stay open between samples and are closed by stop, which can be repeated', () => {
  source.start()
  const opened = openFiles()
  expect(opened).toHaveLength(5)
  source.read()
  expect(openFiles()).toEqual(opened)
  source.stop()
  source.stop()
  expect(openFiles()).toEqual([])
  source.start()
  cpuTimes(200, 900)
  expect(source.read().cpu.usagePercent).toBe(100)
})
