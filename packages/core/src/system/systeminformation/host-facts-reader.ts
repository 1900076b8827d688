import type { FigureGuard } from '../figure-guard.ts'
import type { HostFacts } from '../host-facts.ts'
import { InformationThread } from './information-thread.ts'
import type { Answers } from './information-thread.ts'

/**
 * Reads the facts of the host when they are first asked for, and keeps them. The thread lives for
 * as long as that takes: some of these calls run shells for tens of milliseconds.
 */
export class HostFactsReader {
  readonly #guard: FigureGuard
  #facts: Promise<HostFacts | null> | null = null

  constructor(guard: FigureGuard) {
    this.#guard = guard
  }

  /** `null`, and one warning, when the thread cannot run. Never rejects. */
  read(): Promise<HostFacts | null> {
    this.#facts ??= readInThread().catch((error: unknown) => {
      this.#guard.warn('host', error)
      return null
    })
    return this.#facts
  }
}

async function readInThread(): Promise<HostFacts> {
  const thread = new InformationThread()
  try {
    return toHostFacts(await thread.ask(['osInfo', 'cpu', 'system']))
  } finally {
    await thread.stop()
  }
}

/** The package writes '' or 'unknown' for what it does not know. */
function toHostFacts({ osInfo, cpu, system }: Answers): HostFacts {
  return {
    os: words(osInfo?.distro, osInfo?.release),
    kernel: words(osInfo?.kernel),
    cpuModel: words(cpu?.manufacturer, cpu?.brand),
    cpuCores: cpu?.cores || null,
    virtualization: virtualization(system),
    cpuLimit: null,
    memoryLimit: null,
  }
}

/** The nearest layer: the container when there is one, else the machine it pretends to be. */
function virtualization(system: Answers['system']): string | null {
  if (system === undefined) return null
  if (system.model.startsWith('Docker')) return 'docker'
  if (!system.virtual) return null
  return words(system.virtualHost || system.model)?.toLowerCase() ?? null
}

function words(...parts: readonly (string | undefined)[]): string | null {
  const known = parts.filter((part) => part !== undefined && part !== '' && part !== 'unknown')
  return known.length === 0 ? null : known.join(' ')
}
