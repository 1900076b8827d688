/** What has to be placed; times in any unit. */
export interface Interval {
  readonly id: string
  readonly parentId: string | null
  readonly startNs: number
  readonly endNs: number
}

interface Placed<Span> {
  readonly span: Span
  /** From 1. */
  readonly track: number
}

/** One line of a timeline: the operations that are open on it, outermost first. */
interface Track {
  readonly number: number
  readonly open: Interval[]
}

/**
 * Puts operations on tracks, such that on each track two of them are either apart or one is within
 * its own parent.
 */
export class TraceTracks {
  readonly #tracks: Track[] = []
  /** Which track holds an operation that may still have children there. */
  readonly #trackOf = new Map<string, Track>();

  /** One after the other, as they are asked for, in the order in which they begin. */
  *place<Span extends Interval>(spans: readonly Span[]): Generator<Placed<Span>, void, undefined> {
    // Parents before children when both start at once: the longer first, and then as given.
    const ordered = spans.toSorted((a, b) => a.startNs - b.startNs || b.endNs - a.endNs)
    for (const span of ordered) yield { span, track: this.#trackFor(span).number }
  }

  #trackFor(span: Interval): Track {
    const track = this.#besideParent(span) ?? this.#free(span.startNs) ?? this.#new()
    track.open.push(span)
    this.#trackOf.set(span.id, track)
    return track
  }

  /** The parent's track, when nothing else is open on it below the parent. */
  #besideParent(span: Interval): Track | undefined {
    const track = span.parentId === null ? undefined : this.#trackOf.get(span.parentId)
    if (track === undefined) return undefined
    closeUntil(track, span.startNs)
    const parent = track.open.at(-1)
    return parent?.id === span.parentId && parent.endNs >= span.endNs ? track : undefined
  }

  #free(startNs: number): Track | undefined {
    return this.#tracks.find((track) => {
      closeUntil(track, startNs)
      return track.open.length === 0
    })
  }

  #new(): Track {
    const track: Track = { number: this.#tracks.length + 1, open: [] }
    this.#tracks.push(track)
    return track
  }
}

function closeUntil(track: Track, startNs: number): void {
  while (track.open.length > 0 && track.open.at(-1)!.endNs <= startNs) track.open.pop()
}
