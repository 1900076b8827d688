import { types } from 'node:util'
import { MtaioError } from '../errors.ts'
import { describeError } from '../logger.ts'
import type { Log } from '../logger.ts'
import { shown } from '../option-value.ts'
import { RUNTIME_FIGURES, SYSTEM_FIGURES } from './figures.ts'
import type { SelfCost } from './self-cost.ts'

/**
 * Reads a figure; `null` when there is none now. `isTick` says whether the tick asks, which figures
 * that tell what happened since the last tick begin anew for.
 */
export type FigureReader = (nowMs: number, isTick: boolean) => number | null

/** Figures that other rooms add to those of the system and the runtime. */
export class RegisteredFigures {
  readonly #log: Log
  readonly #cost: SelfCost
  readonly #readers = new Map<string, FigureReader>()
  readonly #fallbacks: ReadonlyMap<string, FigureReader>
  #names: readonly string[]

  /** @param fallbacks What is read for a name that nobody has added. */
  constructor(log: Log, cost: SelfCost, fallbacks: ReadonlyMap<string, FigureReader>) {
    this.#log = log
    this.#cost = cost
    this.#fallbacks = fallbacks
    this.#names = [...fallbacks.keys()]
  }

  names(): readonly string[] {
    return this.#names
  }

  has(name: string): boolean {
    return this.#readers.has(name) || this.#fallbacks.has(name)
  }

  /** @throws MtaioError `MTAIO_METRIC_INVALID` when the name is taken. */
  add(name: string, read: FigureReader): void {
    if (this.#readers.has(name) || isBuiltIn(name)) {
      throw new MtaioError(
        'MTAIO_METRIC_INVALID',
        `There is a figure named ${name}. Choose another name, or remove that one if you added it.`,
      )
    }
    this.#readers.set(name, read)
    this.#noteNames()
  }

  /** Removes what was added with this reader; one that came after it stays. */
  remove(name: string, read: FigureReader): void {
    if (this.#readers.get(name) !== read) return
    this.#readers.delete(name)
    this.#noteNames()
  }

  /** One that throws, or is no number, is `null`, counted, and said once. */
  read(name: string, nowMs: number, isTick = false): number | null {
    try {
      const reader = this.#readers.get(name) ?? this.#fallbacks.get(name)
      return asFigure(reader?.(nowMs, isTick))
    } catch (error) {
      this.#cost.failedInside++
      const message = `The figure ${name} could not be read; the history has a gap. ${describeError(error)}`
      this.#log.warn('MTAIO_SAMPLE_FAILED', name, message)
      return null
    }
  }

  #noteNames(): void {
    this.#names = [...new Set([...this.#fallbacks.keys(), ...this.#readers.keys()])]
  }
}

/** @throws TypeError when it is neither a number nor nothing. */
function asFigure(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (value == null) return null
  // A promise that nobody looks after would end the app when it fails.
  if (types.isPromise(value)) value.catch(() => {})
  throw new TypeError(`It must be a number or null at once, not ${shown(value)}.`)
}

/** `t` is the column of the times. */
function isBuiltIn(name: string): boolean {
  return name === 't' || Object.hasOwn(SYSTEM_FIGURES, name) || Object.hasOwn(RUNTIME_FIGURES, name)
}
