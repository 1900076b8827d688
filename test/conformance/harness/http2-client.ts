import { once } from 'node:events'
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import type { RequestHead } from '../../support/raw-http.ts'
import type { Answer, Client, Moment } from './client.ts'

interface Exchange {
  head: string
  body: string
  trailers: string
  end: string
}

/** All streams go over one connection. */
export class Http2Client implements Client {
  readonly #session: ClientHttp2Session
  readonly #exchanges: Exchange[] = []

  constructor(port: number) {
    this.#session = connect(`http://127.0.0.1:${port}`)
    this.#session.on('error', () => {})
  }

  async ask(path: string, head?: RequestHead): Promise<Answer> {
    const { stream, exchange } = this.#send(path, head)
    await closed(stream)
    return {
      status: Number(/:status: (\d+)/.exec(exchange.head)?.[1] ?? 0),
      text: textOf(exchange),
      body: exchange.body,
    }
  }

  async leave(path: string, moment: Moment, head?: RequestHead): Promise<void> {
    const { stream } = this.#send(path, head)
    await (moment === 'in mid-body' ? once(stream, 'data') : moment())
    stream.close(constants.NGHTTP2_CANCEL)
    await closed(stream)
  }

  transcript(): string[] {
    return this.#exchanges.map(textOf)
  }

  async close(): Promise<void> {
    if (this.#session.destroyed) return
    const done = once(this.#session, 'close')
    this.#session.destroy()
    await done
  }

  #send(
    path: string,
    { method = 'GET', headers = {}, body }: RequestHead = {},
  ): { stream: ClientHttp2Stream; exchange: Exchange } {
    const { connection: _, ...rest } = headers
    const stream = this.#session.request(
      { ':method': method, ':path': path, ...rest },
      { endStream: body === undefined },
    )
    const exchange: Exchange = { head: '', body: '', trailers: '', end: '' }
    this.#exchanges.push(exchange)
    stream.setEncoding('latin1')
    stream.on('error', (error: NodeJS.ErrnoException) => (exchange.end += error.code))
    stream.on('response', (given) => (exchange.head = linesOf(given)))
    stream.on('data', (chunk: string) => (exchange.body += chunk))
    stream.on('trailers', (given) => (exchange.trailers = linesOf(given)))
    if (body !== undefined) stream.end(body)
    return { stream, exchange }
  }
}

async function closed(stream: ClientHttp2Stream): Promise<void> {
  if (!stream.closed || !stream.destroyed) {
    await new Promise((resolve) => stream.once('close', resolve))
  }
}

function linesOf(headers: object): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${name === 'date' ? '-' : String(value)}\n`)
    .join('')
}

function textOf({ head, body, trailers, end }: Exchange): string {
  return [head, body, trailers, end].join('\n')
}
