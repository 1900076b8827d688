import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** A secret. Letters and digits only, so that no escape of any format hides it. */
export const canary = (place: string): string => `canary${place}x${randomBytes(8).toString('hex')}`

/** An app in a process of its own, to be sent secrets, and to be searched for them. */
export class CanaryApp {
  readonly #child: ChildProcess
  readonly #port: number
  readonly #token: string

  private constructor(child: ChildProcess, port: number, token: string) {
    this.#child = child
    this.#port = port
    this.#token = token
  }

  /** @param script A file of this folder, which tells its port and answers by canary-report.mjs. */
  static async start(
    script: string,
    framework: string,
    environment: string,
    token: string,
  ): Promise<CanaryApp> {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), [framework, token], {
      // A snapshot has only the first characters of long texts, unless told otherwise.
      execArgv: ['--expose-gc', '--heap-snapshot-string-limit=1000000'],
      env: { ...process.env, NODE_ENV: environment },
    })
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    return new CanaryApp(child, port, token)
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    expect(await ended).toEqual([0, null])
  }

  /** Every address of the API, and each request whole. */
  async readEverything(route: string): Promise<string[]> {
    const answers: string[] = []
    const read = async (path: string, accept = '*/*'): Promise<string> => {
      const head = [...this.own, `Accept: ${accept}`]
      const answer = await this.send(`GET /_monitor${path}`, head)
      expect(answer, path).toMatch(/^HTTP\/1.1 200 /)
      answers.push(answer)
      return answer
    }
    const ids = new Set<string>()
    for (const view of ['recent', 'errors', 'slowest', 'in-flight']) {
      const list = await read(`/api/requests?view=${view}&limit=1000`)
      for (const [, id] of list.matchAll(/"id":"([0-9a-f]{16})"/g)) ids.add(id!)
    }
    for (const id of ids) {
      await read(`/api/requests/${id}`)
      await read(`/api/requests/${id}?format=chrome-trace`)
    }
    for (const path of ['', '/api/snapshot', '/api/history', '/api/routes', '/api/stream']) {
      await read(path)
    }
    for (const path of ['/api/profile', '/api/alerts', '/health']) await read(path)
    await read('/api/profile/export?format=json')
    await read('/api/profile/export?format=chrome-trace')
    await read(`/api/routes/histogram?method=GET&route=${encodeURIComponent(route)}`)
    await read('/metrics')
    await read('/metrics', 'application/openmetrics-text')
    await read('', 'application/json')
    return answers
  }

  async log(): Promise<string> {
    this.#child.send({})
    const [{ log }] = (await once(this.#child, 'message')) as [{ log: string[] }]
    return log.join('\n')
  }

  /** What is left of secrets in the memory of the app, each once. */
  async canariesInHeap(): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), 'mtaio-canary-'))
    try {
      const file = join(folder, 'app.heapsnapshot')
      this.#child.send({ snapshot: file })
      await once(this.#child, 'message')
      const found = new Set<string>()
      for await (const line of createInterface(createReadStream(file))) {
        for (const [secret] of line.matchAll(/canary[a-z]+x[\da-f]{16}/gi))
          found.add(secret.toLowerCase())
      }
      return [...found]
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  /** What lets in: the token, or being on this machine. */
  get own(): string[] {
    return ['Host: localhost', ...(this.#token ? [`Authorization: Bearer ${this.#token}`] : [])]
  }

  /** Sends a request as it is, and reads until the connection is closed. */
  async send(line: string, headers: readonly string[], body = ''): Promise<string> {
    const socket = connect(this.#port, '127.0.0.1')
    const all = [...headers, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close']
    socket.write(`${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`)
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      answer += piece
      // A stream goes on for ever: its first event is enough.
      if (/event: tick\n.*\n\n/.test(answer)) socket.destroy()
    })
    await once(socket, 'close')
    return answer
  }
}
