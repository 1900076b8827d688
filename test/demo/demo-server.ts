import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const FRAMEWORKS = ['express', 'koa', 'fastify'] as const
export type Framework = (typeof FRAMEWORKS)[number]

/** One of the demo's apps in a process of its own, without the demo's traffic. */
export class DemoServer implements AsyncDisposable {
  readonly port: number
  readonly #stop: () => Promise<void>

  private constructor(port: number, stop: () => Promise<void>) {
    this.port = port
    this.#stop = stop
  }

  static async start(framework: Framework): Promise<DemoServer> {
    const child = fork(fileURLToPath(new URL('./demo-process.mjs', import.meta.url)), [framework], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const died = once(child, 'exit').then(() => Promise.reject(new Error('The demo did not start')))
    died.catch(() => {})
    const [message] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }]
    return new DemoServer(message.port, async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      const [code] = (await ended) as [number | null]
      if (code !== 0) throw new Error(`The demo ended with code ${code}`)
    })
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  async json<T>(path: string): Promise<T> {
    const answer = await fetch(this.url(path))
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
  }
}
