import { KernelFile } from './kernel-file.ts'

/** The load of the host and the threads of this process. */
export class TaskFigures {
  readonly #load: KernelFile
  readonly #task: KernelFile

  constructor(root: string) {
    this.#load = new KernelFile(`${root}/proc/loadavg`)
    this.#task = new KernelFile(`${root}/proc/self/stat`)
  }

  readLoad(): [number, number, number] {
    const [one = NaN, five = NaN, fifteen = NaN] = this.#load.head(128).split(' ', 3).map(Number)
    if (one + five + fifteen >= 0) return [one, five, fifteen]
    throw new Error(`${this.#load.path} has no load averages`)
  }

  /** Field 20 of proc_pid_stat(5). Field 2, the name, may itself hold blanks and parentheses. */
  readThreads(): number {
    const text = this.#task.head(1024)
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ', 18)
    const threads = Number(fields[17])
    if (threads > 0) return threads
    throw new Error(`${this.#task.path} has no number of threads`)
  }

  close(): void {
    this.#load.close()
    this.#task.close()
  }
}
