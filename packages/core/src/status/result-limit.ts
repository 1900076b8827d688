import type { LimitFigures } from '../limits.ts'

/** The cap on the rows of a list in an answer: `maxResults`. */
export class ResultLimit {
  /** The most rows that a list may have. */
  readonly max: number
  #most = 0
  #cut = 0

  constructor(max: number) {
    this.max = max
  }

  /** How far it is used, and how many lists it cut short. */
  get figures(): LimitFigures {
    return { limit: this.max, used: this.#most, cut: this.#cut }
  }

  /** The first rows, as many as there may be. */
  cut<Row>(rows: readonly Row[]): readonly Row[] {
    this.#most = Math.max(this.#most, Math.min(rows.length, this.max))
    if (rows.length <= this.max) return rows
    this.#cut++
    return rows.slice(0, this.max)
  }
}
