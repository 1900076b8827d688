import { requestText, type RequestHead } from '../../support/raw-http.ts'
import { Connection } from './connection.ts'

export interface Answer {
  readonly status: number
  /** All bytes of HTTP/1.1, or what stands for them in HTTP/2. */
  readonly text: string
  readonly body: string
}

/** Where a client is when it leaves: something that the test waits for, or the body has begun. */
export type Moment = (() => Promise<unknown>) | 'in mid-body'

/** What scenarios do in both protocols. */
export interface Client {
  /** One request with its whole answer. */
  ask(path: string, head?: RequestHead): Promise<Answer>
  /** Asks, and breaks the exchange off. */
  leave(path: string, moment: Moment, head?: RequestHead): Promise<void>
  /** What came back, in the order in which the exchanges began; without what differs anyway. */
  transcript(): string[]
  close(): Promise<void>
}

/** Speaks HTTP/1.1 byte by byte, so that no client library hides a case. */
export class RawClient implements Client {
  readonly port: number
  readonly #connections: Connection[] = []

  constructor(port: number) {
    this.port = port
  }

  async connect(): Promise<Connection> {
    const connection = await Connection.open(this.port)
    this.#connections.push(connection)
    return connection
  }

  async ask(path: string, head: RequestHead = {}): Promise<Answer> {
    const connection = await this.connect()
    const headers = { connection: 'close', ...head.headers }
    connection.send(requestText(path, { ...head, headers }))
    await connection.closed
    const { text } = connection
    return {
      status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
      text,
      body: text.slice(text.indexOf('\r\n\r\n') + 4),
    }
  }

  async leave(path: string, moment: Moment, head?: RequestHead): Promise<void> {
    const connection = await this.connect()
    connection.send(requestText(path, head))
    await (moment === 'in mid-body' ? connection.until(/\r\n\r\n[^]/) : moment())
    connection.destroy()
    await connection.closed
  }

  transcript(): string[] {
    return this.#connections.map(({ text }) => text.replaceAll(/^Date: .*$/gim, 'Date: -'))
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await Promise.all(this.#connections.map(({ closed }) => closed))
  }
}
