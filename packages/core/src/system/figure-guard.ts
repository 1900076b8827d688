import type { StatsSourceOptions } from './stats-source.ts'

/** Turns a figure that cannot be read into what stands for it, and says so once per figure. */
export class FigureGuard {
  readonly #warned = new Set<string>()
  readonly #onWarning: StatsSourceOptions['onWarning']

  constructor(options: StatsSourceOptions) {
    this.#onWarning = options.onWarning
  }

  read<T, U>(figure: string, read: () => T, otherwise: U): T | U {
    try {
      return read()
    } catch (error) {
      this.warn(figure, error)
      return otherwise
    }
  }

  warn(figure: string, error: unknown): void {
    if (this.#warned.has(figure)) return
    this.#warned.add(figure)
    const message = error instanceof Error ? error.message : String(error)
    this.#onWarning?.({ figure, message })
  }
}
