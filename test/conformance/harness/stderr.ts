import { vi } from 'vitest'

/** What else an app says outside of its answers. */
const FAILURES = ['uncaughtException', 'unhandledRejection', 'warning'] as const

type Listener = (...args: unknown[]) => void

/**
 * What is written to stderr, and what would end or warn in a process of the app's own: kept in place
 * of being shown, and of failing the test.
 */
export class StandardError implements Disposable {
  readonly #lines: string[] = []
  readonly #spies = [
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => this.#add(String(chunk))),
    // The test runner puts its own console in place of Node's.
    vi.spyOn(console, 'error').mockImplementation((...args) => void this.#add(textOf(args))),
    vi.spyOn(console, 'warn').mockImplementation((...args) => void this.#add(textOf(args))),
  ]
  readonly #others = new Map<string, Listener[]>()

  constructor() {
    for (const event of FAILURES) {
      this.#others.set(event, process.listeners(event as never) as unknown as Listener[])
      process.removeAllListeners(event)
      process.on(event, ((error: unknown) => this.#add(`${event}: ${textOf([error])}`)) as never)
    }
  }

  /** Without the frames of stacks: those that mtaio runs in are in them. */
  text(): string {
    return this.#lines
      .join('\n')
      .replaceAll(/\n\s+at .*/g, '')
      .trim()
  }

  [Symbol.dispose](): void {
    for (const spy of this.#spies) spy.mockRestore()
    for (const [event, listeners] of this.#others) {
      process.removeAllListeners(event)
      for (const listener of listeners) process.on(event as never, listener)
    }
  }

  #add(line: string): true {
    this.#lines.push(line)
    return true
  }
}

function textOf(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : format(value))).join(' ')
}

/** Anything can be thrown, also what is no text. */
function format(value: unknown): string {
  try {
    return String(value instanceof Error ? (value.stack ?? value.message) : value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
