import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const FRAMEWORKS = ['express', 'koa', 'fastify'] as const
export type Framework = (typeof FRAMEWORKS)[number]

/** How long one request took in the demo's process, in seconds; see server-times.mjs. */
export interface ServerTime {
  readonly method: string
  readonly path: string
  readonly seconds: number
}

/** One of the demo's apps in a process of its own, without the demo's traffic. */
export class DemoServer implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#child = child
  }

  static async start(framework: Framework): Promise<DemoServer> {
    const child = fork(fileURLToPath(new URL('./demo-process.mjs', import.meta.url)), [framework], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const died = once(child, 'exit').then(() => Promise.reject(new Error('The demo did not start')))
    died.catch(() => {})
    const [message] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }]
    return new DemoServer(message.port, child)
  }

  /** Of all requests so far. */
  async times(): Promise<ServerTime[]> {
    const answer = once(this.#child, 'message') as Promise<[ServerTime[]]>
    this.#child.send('times')
    return (await answer)[0]
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
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    const [code] = (await ended) as [number | null]
    if (code !== 0) throw new Error(`The demo ended with code ${code}`)
  }
}
