import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What an app says about itself. */
export interface ProcessFacts {
  /** Bytes. */
  readonly rss: number
  readonly version: string
}

/** An app that Prometheus scrapes, in a process of its own. */
export class ScrapedApp implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #token: string

  private constructor(child: ChildProcess, port: number, token: string) {
    this.#child = child
    this.port = port
    this.#token = token
  }

  static async start(framework: 'express' | 'fastify', token: string): Promise<ScrapedApp> {
    const child = fork(
      fileURLToPath(new URL('./scraped-process.mjs', import.meta.url)),
      [framework, token],
      { execArgv: [], env: { ...process.env, NODE_ENV: 'test' } },
    )
    const died = once(child, 'exit').then(() => Promise.reject(new Error('The app did not start')))
    died.catch(() => {})
    const [{ port }] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }]
    return new ScrapedApp(child, port, token)
  }

  get target(): string {
    return `127.0.0.1:${this.port}`
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await fetch(`http://${this.target}${path}`, { headers })
    await answer.clone().arrayBuffer()
    return answer
  }

  async api<T>(path: string): Promise<T> {
    const answer = await this.get(`/_monitor/api/${path}`, {
      authorization: `Bearer ${this.#token}`,
    })
    return (await answer.json()) as T
  }

  async facts(): Promise<ProcessFacts> {
    const answer = once(this.#child, 'message')
    this.#child.send('facts')
    return ((await answer) as [ProcessFacts])[0]
  }

  /** Lets the requests that wait for it be answered. */
  release(): void {
    this.#child.send('release')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}
