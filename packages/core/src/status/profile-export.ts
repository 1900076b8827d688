import type { LimitFigures } from '../limits.ts'
import { chromeEvents, chromeFacts } from '../profiler/chrome-trace.ts'
import type { Profile } from '../profiler/profile.ts'
import type { ProfileTrace } from '../profiler/profile-trace.ts'
import { Pacer } from './pacer.ts'
import { Pieces } from './prometheus/pieces.ts'

export type ExportFormat = 'json' | 'chrome-trace'

/** The traces of an export, and how many were left out. */
interface Selection {
  readonly traces: readonly { readonly trace: ProfileTrace; readonly text: string }[]
  readonly dropped: number
}

/** The profile as a file: made in slices between which the app goes on, and of a bounded size. */
export class ProfileExport {
  readonly #profile: () => Profile
  readonly #max: number
  readonly #underway = new Map<ExportFormat, Promise<readonly Uint8Array[]>>()
  #largest = 0
  #cut = 0

  /** @param max Characters of all traces together. */
  constructor(profile: () => Profile, max: number) {
    this.#profile = profile
    this.#max = max
  }

  /** How far the cap is used, and how many traces it left out. */
  get figures(): LimitFigures {
    return { limit: this.#max, used: this.#largest, cut: this.#cut }
  }

  /** Who asks while a file is being made gets that one. */
  render(format: ExportFormat): Promise<readonly Uint8Array[]> {
    let pieces = this.#underway.get(format)
    if (pieces === undefined) {
      pieces = this.#render(format).finally(() => this.#underway.delete(format))
      this.#underway.set(format, pieces)
    }
    return pieces
  }

  async #render(format: ExportFormat): Promise<readonly Uint8Array[]> {
    const profile = this.#profile()
    const pacer = new Pacer()
    const selection = await this.#newest(profile.traces, pacer)
    return format === 'json'
      ? jsonPieces(profile, selection, pacer)
      : chromePieces(selection, pacer)
  }

  /** Whole roots with what is below them, the newest that fit, in the order in which they began. */
  async #newest(all: readonly ProfileTrace[], pacer: Pacer): Promise<Selection> {
    const traces: { trace: ProfileTrace; text: string }[] = []
    let size = 0
    let whole = 0
    let wholeSize = 0
    for (const trace of all.toReversed()) {
      const text = JSON.stringify(trace)
      size += text.length
      if (size > this.#max) break
      traces.push({ trace, text })
      if (trace.isRoot) [whole, wholeSize] = [traces.length, size]
      if (pacer.isDue) await pacer.pause()
    }
    traces.length = whole
    this.#largest = Math.max(this.#largest, wholeSize)
    this.#cut += all.length - whole
    return { traces: traces.toReversed(), dropped: all.length - whole }
  }
}

/** As `JSON.stringify(profile)`. */
async function jsonPieces(
  profile: Profile,
  { traces, dropped }: Selection,
  pacer: Pacer,
): Promise<readonly Uint8Array[]> {
  const { startTime, totalTime, operations } = profile
  const out = new Pieces('utf8')
  out.add(`{"startTime":${JSON.stringify(startTime)},"totalTime":${JSON.stringify(totalTime)},`)
  out.add('"metrics":{')
  let comma = ''
  for (const name of operations.keys()) {
    out.add(`${comma}${JSON.stringify(name)}:${JSON.stringify(profile.getMetrics(name))}`)
    comma = ','
    if (pacer.isDue) await pacer.pause()
  }
  out.add('},"traces":[')
  comma = ''
  for (const { text } of traces) {
    out.add(comma + text)
    comma = ','
    if (pacer.isDue) await pacer.pause()
  }
  out.add(dropped === 0 ? ']}' : `],"droppedTraces":${dropped}}`)
  return out.end()
}

/** As `JSON.stringify(toChromeTrace(profile.traces))`. */
async function chromePieces(
  { traces, dropped }: Selection,
  pacer: Pacer,
): Promise<readonly Uint8Array[]> {
  const { displayTimeUnit, otherData } = chromeFacts()
  const out = new Pieces('utf8')
  out.add(`{"displayTimeUnit":${JSON.stringify(displayTimeUnit)},"traceEvents":[`)
  let comma = ''
  for (const event of chromeEvents(traces.map(({ trace }) => trace))) {
    out.add(comma + JSON.stringify(event))
    comma = ','
    if (pacer.isDue) await pacer.pause()
  }
  const facts = dropped === 0 ? otherData : { ...otherData, droppedTraces: dropped }
  out.add(`],"otherData":${JSON.stringify(facts)}}`)
  return out.end()
}
