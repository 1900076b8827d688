import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assets } from '@mtaio/dashboard'
import type { RequestsDocument } from '../../../packages/core/src/status/api-types.ts'
import type { SyntheticOptions } from './synthetic-app.ts'
import { SyntheticApp } from './synthetic-app.ts'

/** The policy that the page must live with; `base-uri` since it has a `<base>`. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export interface FixtureOptions extends SyntheticOptions {
  /** Where the page is mounted, without a trailing slash. */
  readonly mount?: string
  /** Milliseconds between two ticks; 0 makes none. */
  readonly tickMs?: number
}

/** Serves the built page with the data of an app that is made up. */
export class FixtureServer {
  readonly app: SyntheticApp
  readonly #mount: string
  readonly #tickMs: number
  readonly #streams = new Set<ServerResponse>()
  #server: Server | null = null
  #timer: NodeJS.Timeout | undefined
  #port = 0
  /** While set, the stream is answered with 503. */
  refuseStream = false
  /** Requests by path, without the query. */
  readonly seen: string[] = []

  private constructor({ mount = '/_monitor', tickMs = 1000, ...app }: FixtureOptions) {
    this.#mount = mount
    this.#tickMs = tickMs
    this.app = new SyntheticApp(app)
  }

  static async start(options: FixtureOptions = {}): Promise<FixtureServer> {
    const fixture = new FixtureServer(options)
    await fixture.listen()
    return fixture
  }

  /** The address of the mount path, without a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.#mount}`
  }

  /** Open streams. */
  get viewers(): number {
    return this.#streams.size
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response))
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
    if (this.#tickMs > 0) this.#timer = setInterval(() => this.tick(), this.#tickMs)
  }

  /** Goes away; {@link listen} brings it back at the same port. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    const server = this.#server
    this.#server = null
    if (server === null) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  tick(): void {
    const data = JSON.stringify(this.app.tick())
    for (const stream of this.#streams) stream.write(`event: tick\ndata: ${data}\n\n`)
  }

  cutStreams(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname !== this.#mount && !url.pathname.startsWith(`${this.#mount}/`)) {
      response.writeHead(404).end()
      return
    }
    const path = url.pathname.slice(this.#mount.length)
    this.seen.push(path)
    if (path.startsWith('/api/')) this.#data(path.slice('/api/'.length), url.searchParams, response)
    else this.#page(path, response)
  }

  #page(path: string, response: ServerResponse): void {
    const isPage = path === '' || path === '/' || path.startsWith('/r/')
    const asset = assets.get(isPage ? 'index.html' : path.slice(1))
    if (asset === undefined) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-type', asset.type)
    response.setHeader('content-security-policy', CSP)
    response.setHeader('x-content-type-options', 'nosniff')
    if (!isPage) {
      response.setHeader('content-encoding', 'gzip')
      response.end(asset.gzip)
      return
    }
    const last = this.#mount.slice(this.#mount.lastIndexOf('/') + 1)
    const base = path === '' ? `${last}/` : path === '/' ? './' : '../'
    const html = Buffer.from(asset.identity).toString()
    response.end(html.replace('<base href="./"', `<base href="${base}"`))
  }

  #data(path: string, query: URLSearchParams, response: ServerResponse): void {
    const { app } = this
    if (path === 'stream') {
      this.#stream(response)
      return
    }
    if (path.startsWith('requests/')) {
      json(response, app.request(decodeURIComponent(path.slice('requests/'.length))))
      return
    }
    switch (path) {
      case 'snapshot':
        json(response, app.snapshot())
        return
      case 'history':
        json(response, app.history(Number(query.get('seconds'))))
        return
      case 'routes':
        json(response, app.routes(Number(query.get('window'))))
        return
      case 'routes/histogram':
        json(response, app.histogram(query.get('method') ?? '', query.get('route') ?? ''))
        return
      case 'requests': {
        const view = query.get('view') as RequestsDocument['view']
        const time = (name: string): number | null =>
          query.has(name) ? Number(query.get(name)) : null
        const stretch = { from: time('from') ?? -Infinity, to: time('to') ?? Infinity }
        json(response, app.requests(view, query.get('route'), query.get('status'), stretch))
        return
      }
      case 'metrics':
        json(response, app.metrics(Number(query.get('window'))))
        return
      case 'profile':
        json(response, app.profile())
        return
      case 'alerts':
        json(response, app.alerts())
        return
      default:
        json(response, null)
    }
  }

  #stream(response: ServerResponse): void {
    if (this.refuseStream) {
      response.writeHead(503).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': hello\n\n')
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }
}

function json(response: ServerResponse, body: unknown): void {
  if (body === null) {
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { code: 'MTAIO_REFUSED', message: 'Not found.' } }))
    return
  }
  response.setHeader('content-type', 'application/json')
  response.setHeader('cache-control', 'no-store')
  response.end(JSON.stringify(body))
}
