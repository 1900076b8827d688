import { MtaioError } from '../errors.ts'
import { describeError } from '../logger.ts'
import type { Log } from '../logger.ts'
import type { SelfCost } from './self-cost.ts'

/** Reads a figure; `null` when there is none now. */
export type FigureReader = (nowMs: number) => number | null

/** Figures that other rooms add to those of the system and the runtime. */
export class RegisteredFigures {
  readonly #log: Log
  readonly #cost: SelfCost
  readonly #readers = new Map<string, FigureReader>()

  constructor(log: Log, cost: SelfCost) {
    this.#log = log
    this.#cost = cost
  }

  names(): IterableIterator<string> {
    return this.#readers.keys()
  }

  has(name: string): boolean {
    return this.#readers.has(name)
  }

  /** @throws MtaioError `MTAIO_METRIC_INVALID` when the name is taken. */
  add(name: string, read: FigureReader): void {
    if (this.#readers.has(name)) {
      throw new MtaioError(
        'MTAIO_METRIC_INVALID',
        `A figure named ${name} was added before. Remove that one first, or choose another name.`,
      )
    }
    this.#readers.set(name, read)
  }

  remove(name: string): void {
    this.#readers.delete(name)
  }

  /** One that throws is `null`, counted, and said once. */
  read(name: string, nowMs: number): number | null {
    try {
      return this.#readers.get(name)?.(nowMs) ?? null
    } catch (error) {
      this.#cost.failedInside++
      const message = `The figure ${name} could not be read; the history has a gap. ${describeError(error)}`
      this.#log.warn('MTAIO_SAMPLE_FAILED', name, message)
      return null
    }
  }
}
