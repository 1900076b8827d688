import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server on the loopback address that a test can see into. */
export interface TestServer extends AsyncDisposable {
  readonly server: Server
  readonly port: number
  /** Opens a connection that sends and reads nothing by itself. */
  connect(): Promise<Socket>
  /** One request on a connection of its own; resolves with all that came back. */
  ask(path: string, head?: RequestHead): Promise<RawAnswer>
}

export interface RequestHead {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
  /** Every byte as it came. */
  readonly text: string
}

/** Starts a server on a free port. */
export async function serve(listener: RequestListener): Promise<TestServer> {
  return serveOn(createServer(listener))
}

/** Starts this server on a free port. */
export async function serveOn(server: Server): Promise<TestServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1')
    // Tests break connections on purpose.
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  return {
    server,
    port,
    connect: open,
    ask: async (path, head) => {
      const socket = await open()
      socket.write(
        requestText(path, { ...head, headers: { connection: 'close', ...head?.headers } }),
      )
      return readAnswer(socket)
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The bytes of a request. */
export function requestText(
  path: string,
  { method = 'GET', headers = {}, body }: RequestHead = {},
): string {
  const all: Record<string, string> = { host: 'localhost', ...headers }
  if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body))
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`
}

/** Reads until the server closes the connection. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  let text = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    text += chunk
  })
  await once(socket, 'close')
  const end = text.indexOf('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
    head: end < 0 ? text : text.slice(0, end),
    body: end < 0 ? '' : text.slice(end + 4),
    text,
  }
}

/** Waits until something holds; fails with the name of it after two seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 2000
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`It never came to be: ${what}`)
    await sleep(2)
  }
}
