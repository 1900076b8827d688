import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { until } from '../../support/raw-http.ts'

/** A connection of a client that sends what it is told and keeps every byte that comes back. */
export class Connection {
  /** Latin-1, so that a character is a byte. */
  text = ''
  readonly socket: Socket
  readonly closed: Promise<void>

  static async open(port: number): Promise<Connection> {
    // It closes its side only when the test says so.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const connection = new Connection(socket)
    await once(socket, 'connect')
    return connection
  }

  private constructor(socket: Socket) {
    this.socket = socket
    // Tests break connections on purpose.
    socket.on('error', () => {})
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (this.text += chunk))
    socket.on('end', () => socket.end())
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  send(text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** Waits for bytes. */
  async until(pattern: RegExp): Promise<void> {
    await until(`${String(pattern)} came`, () => pattern.test(this.text))
  }

  /** Waits until a text has come so many times. */
  async times(text: string, count: number): Promise<void> {
    await until(`"${text}" came ${count} times`, () => this.text.split(text).length > count)
  }

  /** Says that nothing more is sent; what comes back is still read. */
  halfClose(): void {
    this.socket.end()
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** Sends RST in place of FIN. */
  reset(): void {
    this.socket.resetAndDestroy()
  }
}
