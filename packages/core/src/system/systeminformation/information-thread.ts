import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { Systeminformation } from 'systeminformation'

/** The calls that are made, none with an argument: those go into command lines of a shell. */
interface Calls {
  readonly currentLoad: Systeminformation.CurrentLoadData
  readonly mem: Systeminformation.MemData
  /** `null` on systems where the package has no figures. */
  readonly disksIO: Systeminformation.DisksIoData | null
  /** `null` on systems where the package has no figures. */
  readonly fsStats: Systeminformation.FsStatsData | null
  readonly osInfo: Systeminformation.OsData
  readonly cpu: Systeminformation.CpuData
  readonly system: Systeminformation.SystemData
}

/** What the calls gave. A call that failed is absent. */
export type Answers = Partial<Calls>

/**
 * Runs in the thread. It is text, so that there is no second file to find: it is the same from
 * source, from the built package and from a bundle, on every Node that cannot run TypeScript.
 */
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads')
  const calls = require(workerData)
  parentPort.on('message', async (names) => {
    const answers = {}
    const call = async (name) => {
      answers[name] = await calls[name]()
    }
    await Promise.allSettled(names.map(call))
    parentPort.postMessage(answers)
  })
`

/** Then the thread hangs, such as in a shell that waits for a dead network disk. */
const PATIENCE_MS = 10_000

interface Question {
  readonly resolve: (answers: Answers) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Where the package is, seen from a file. A bundler leaves it behind, and may leave no address of the
 * file either.
 *
 * @throws Error that says what to do.
 */
export function findPackage(from: string | undefined): string {
  try {
    return createRequire(from as string).resolve('systeminformation')
  } catch (error) {
    throw new Error(
      'The package systeminformation was not found, so what is read by it is null. If the app is bundled, ' +
        'leave mtaio out of the bundle (mark @mtaio/* as external) and install it beside it.',
      { cause: error },
    )
  }
}

/**
 * The package systeminformation in a thread of its own: it spawns shells, and some of its calls
 * wait for them synchronously. The thread does not keep the process alive, nor does a question
 * that is not answered yet. Once it has died, every question is rejected.
 */
export class InformationThread {
  readonly #worker: Worker
  #question: Question | null = null
  #failure: Error | null = null

  /** Throws when the package cannot be found or a thread is not allowed. */
  constructor() {
    this.#worker = new Worker(SCRIPT, {
      eval: true,
      name: 'mtaio-systeminformation',
      workerData: findPackage(import.meta.url),
      // What the app loads before its start (--import, --require) is not meant for this thread.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
      // About 10 MB are used; a thread that goes wrong ends instead of taking the app's memory.
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    this.#worker.on('message', (answers: Answers) => this.#take()?.resolve(answers))
    this.#worker.on('error', (error: Error) => this.#fail(error))
    this.#worker.on('exit', (code) => this.#fail(new Error(`the thread ended with ${code}`)))
    // After the listeners: one for messages holds the loop open again.
    this.#worker.unref()
  }

  /** Asks one question at a time. Rejects when the thread dies or does not answer within 10 s. */
  ask(names: readonly (keyof Calls)[]): Promise<Answers> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure)
      const timer = setTimeout(() => {
        this.#fail(new Error(`the thread did not answer within ${PATIENCE_MS / 1000} s`))
        void this.#worker.terminate()
      }, PATIENCE_MS).unref()
      this.#question = { resolve, reject, timer }
      this.#worker.postMessage(names)
    })
  }

  /** Ends the thread. Idempotent. */
  async stop(): Promise<void> {
    this.#fail(new Error('the thread was stopped'))
    await this.#worker.terminate()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#take()?.reject(this.#failure)
  }

  #take(): Question | null {
    const question = this.#question
    this.#question = null
    clearTimeout(question?.timer)
    return question
  }
}
