import { closeSync, openSync, readSync } from 'node:fs'

/** Of all files alike: each is read and turned into text before the next one is. */
let buffer = Buffer.allocUnsafeSlow(16_384)

/** A record that is larger is not what it is taken for. */
const MAX_BYTES = 4_194_304

/**
 * A file that the kernel makes up anew whenever it is read from its beginning. It is opened once:
 * opening and closing cost more than reading.
 */
export class KernelFile {
  readonly path: string
  #fd: number | null = null

  constructor(path: string) {
    this.path = path
  }

  /** The first bytes, in one system call. Throws what `fs` throws. */
  head(bytes: number): string {
    const length = Math.min(bytes, buffer.length)
    return buffer.toString('latin1', 0, this.#read(0, length))
  }

  /** All of it. Throws what `fs` throws. */
  text(): string {
    let used = 0
    // A call returns a page or so at a time: only one that returns nothing is the end.
    for (;;) {
      if (used === buffer.length) grow(this.path)
      const bytes = this.#read(used, buffer.length - used)
      if (bytes === 0) return buffer.toString('latin1', 0, used)
      used += bytes
    }
  }

  close(): void {
    if (this.#fd === null) return
    const fd = this.#fd
    this.#fd = null
    closeSync(fd)
  }

  #read(from: number, length: number): number {
    this.#fd ??= openSync(this.path, 'r')
    try {
      return readSync(this.#fd, buffer, from, length, from)
    } catch (error) {
      // Such as a cgroup that is gone; the next attempt opens what is there then.
      this.close()
      throw error
    }
  }
}

function grow(path: string): void {
  if (buffer.length >= MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`)
  const larger = Buffer.allocUnsafeSlow(buffer.length * 4)
  buffer.copy(larger)
  buffer = larger
}

/** Reads a file that is rarely read. `null` when there is no such file; throws for all else. */
export function readOnce(path: string): string | null {
  const file = new KernelFile(path)
  try {
    return file.text()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  } finally {
    file.close()
  }
}

/** The number that follows `key`, which begins a line. Throws when there is none. */
export function numberAfter(text: string, key: string, path: string): number {
  const at = `\n${text}`.indexOf(`\n${key}`)
  if (at === -1) throw new Error(`${path} has no ${key.trim()}`)
  return wholeNumber(text.slice(at + key.length, at + key.length + 32), path)
}

/** The number that `text` begins with, blanks aside. Throws when there is none. */
export function wholeNumber(text: string, path: string): number {
  const number = Number.parseInt(text, 10)
  if (number >= 0) return number
  throw new Error(`${path} has no number where one belongs`)
}
