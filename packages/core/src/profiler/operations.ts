import { ownCopy } from '../cut-text.ts'
import { KnownTexts } from '../known-texts.ts'
import type { Limits } from '../limits.ts'
import { OperationStats } from './operation-stats.ts'

/** Where operations over the cap are counted. */
const OTHER = '(other)'

/** The figures of all operations by name, capped. */
export class Operations {
  /** How often a name was counted as `(other)`, since there were too many. */
  cut = 0
  readonly #max: number
  readonly #names: KnownTexts
  readonly #byName = new Map<string, OperationStats>()
  #other: OperationStats | null = null

  constructor({ maxOperations, maxLabelLength }: Limits) {
    this.#max = maxOperations
    this.#names = new KnownTexts(maxOperations, maxLabelLength)
  }

  /**
   * A name as it is kept: cut, and no part of a larger text of the app. Apps make up names, and in
   * JavaScript ones that are no text.
   */
  ownName(name: string): string {
    return this.#names.own(typeof name === 'string' ? name : typeof name)
  }

  get size(): number {
    return this.#byName.size
  }

  /** The operation of that name, or `(other)` when there are too many. */
  get(name: string): OperationStats {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.#byName.size >= this.#max) {
      this.cut++
      return (this.#other ??= new OperationStats(OTHER))
    }
    const operation = new OperationStats(ownCopy(name))
    this.#byName.set(operation.name, operation)
    return operation
  }

  /** Forgets the figures, not the names: handles stay valid. */
  reset(): void {
    for (const operation of this) operation.reset()
  }

  /** Copies of those that were called, by name. */
  copies(): Map<string, OperationStats> {
    const copies = new Map<string, OperationStats>()
    for (const operation of this) {
      if (operation.histogram.count > 0) copies.set(operation.name, operation.clone())
    }
    return copies
  }

  *[Symbol.iterator](): Generator<OperationStats, void, undefined> {
    yield* this.#byName.values()
    if (this.#other !== null) yield this.#other
  }
}
