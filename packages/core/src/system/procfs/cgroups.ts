import { join } from 'node:path'
import { readOnce } from './kernel-file.ts'

/** One control group, as a directory. */
export interface Cgroup {
  readonly directory: string
  readonly version: 1 | 2
}

interface Mount {
  /** '' for version 2, which has one hierarchy for all controllers. */
  readonly controllers: readonly string[]
  readonly version: 1 | 2
  /** The group that is mounted: '/' or, in a container, the container's own. */
  readonly root: string
  readonly mountPoint: string
}

const UNIFIED = ''

/**
 * Finds the control groups that this process is in. Versions 1 and 2 and the two together are
 * alike here: each is a mounted hierarchy, and where a controller is not, its files are missing.
 */
export class Cgroups {
  readonly #root: string
  #mounts: readonly Mount[] | null = null

  /** `root` is put before every path; '' reads the real files. */
  constructor(root: string) {
    this.#root = root
  }

  /**
   * The groups that may limit what `controller` shares out: the process's own first, then those
   * around it, as far out as they can be seen.
   */
  of(controller: 'cpu' | 'cpuacct' | 'memory'): Cgroup[] {
    // Mounts stay while a process can be moved to another group at any time.
    this.#mounts ??= parseMounts(readOnce(`${this.#root}/proc/self/mountinfo`) ?? '')
    const paths = parsePaths(readOnce(`${this.#root}/proc/self/cgroup`) ?? '')
    const groups: Cgroup[] = []
    for (const mount of this.#mounts) {
      const mounted = mount.controllers.find((name) => name === controller || name === UNIFIED)
      const path = mounted === undefined ? undefined : paths.get(mounted)
      if (path === undefined) continue
      const top = join(this.#root, mount.mountPoint)
      for (const below of outwards(pathBelow(mount.root, path))) {
        groups.push({ directory: join(top, below), version: mount.version })
      }
    }
    return groups
  }
}

/** `id:controllers:path` a line, see cgroups(7). */
function parsePaths(text: string): Map<string, string> {
  const paths = new Map<string, string>()
  for (const [, controllers = '', path = ''] of text.matchAll(/^\d+:([^:\n]*):(.*)$/gm)) {
    for (const controller of controllers.split(',')) paths.set(controller, path)
  }
  return paths
}

/** See proc_pid_mountinfo(5): the fields before ` - ` are the mount, those after its file system. */
function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = []
  const lines = text.matchAll(/^\d+ \d+ \S+ (\S+) (\S+) .*? - (cgroup2?) \S+ (\S+)$/gm)
  for (const [, root = '', mountPoint = '', type, options = ''] of lines) {
    mounts.push({
      controllers: type === 'cgroup2' ? [UNIFIED] : options.split(','),
      version: type === 'cgroup2' ? 2 : 1,
      root: unescape(root),
      mountPoint: unescape(mountPoint),
    })
  }
  return mounts
}

/** Blanks in a path are written in octal. */
function unescape(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => {
    return String.fromCharCode(Number.parseInt(octal, 8))
  })
}

/**
 * Where the group is below the mount. Of a group outside of what is mounted (`/../..`, or the path
 * on the host where a container sees only its own group) the mounted one is the nearest.
 */
function pathBelow(root: string, path: string): string {
  const below = root === '/' ? path : path.startsWith(`${root}/`) ? path.slice(root.length) : '/'
  return below.split('/').includes('..') ? '/' : below
}

/** `/a/b` → `/a/b`, `/a`, `/`. */
function outwards(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '')
  return Array.from({ length: names.length + 1 }, (_, cut) => {
    return `/${names.slice(0, names.length - cut).join('/')}`
  })
}
