/** Facts about the host that do not change while the process runs. A fact not known is `null`. */
export interface HostFacts {
  /** Name and release of the operating system, such as `Debian GNU/Linux 12`. */
  readonly os: string | null
  readonly kernel: string | null
  readonly cpuModel: string | null
  /** Logical cores of the host. */
  readonly cpuCores: number | null
  /** 'docker', 'kvm', … or `null` on bare metal or when not known. */
  readonly virtualization: string | null
  /** CPU this process may use, in cores (a container's quota may be a fraction); `null` without a limit. */
  readonly cpuLimit: number | null
  /** Memory this process may use, in bytes; `null` without a limit. */
  readonly memoryLimit: number | null
}
