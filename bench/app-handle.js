import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('app-process.js', import.meta.url))

/** The parent's side of an app process: one order at a time, each with an answer. */
export class AppHandle {
  #process

  /**
   * @param command the words before the program: a node binary and its flags, or taskset first
   * @param options.onOutput takes what the process prints, which is not read otherwise
   * @param options.hasSwitch whether the variant can be turned off and on
   */
  static async start(command, framework, variant, { onOutput, hasSwitch = false } = {}) {
    const handle = new AppHandle()
    const [file, ...flags] = command
    handle.#process = spawn(
      file,
      [...flags, '--expose-gc', program, framework, variant, ...(hasSwitch ? ['switch'] : [])],
      {
        stdio: ['ignore', onOutput ? 'pipe' : 'ignore', 'inherit', 'ipc'],
        env: { ...process.env, NODE_ENV: 'production' },
      },
    )
    handle.#process.stdout?.setEncoding('utf8').on('data', onOutput)
    await handle.#answer()
    return handle
  }

  ask(order, details = {}) {
    this.#process.send({ order, ...details })
    return this.#answer()
  }

  async stop() {
    if (this.#process.exitCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.disconnect()
    await gone
  }

  async #answer() {
    const settled = new AbortController()
    try {
      const [message] = await Promise.race([
        once(this.#process, 'message', settled),
        once(this.#process, 'exit', settled).then(([code]) => [{ error: `exited with ${code}` }]),
      ])
      if (message.error) throw new Error(`In the app process: ${message.error}`)
      return message.answer
    } finally {
      settled.abort()
    }
  }
}
