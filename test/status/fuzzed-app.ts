import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMtaio, type Mtaio, type MtaioOptions } from '@mtaio/core'
import { startApp, type Framework, type Routes } from '../support/small-app.mjs'

const routes: Routes = {
  '/users/:id': () => 'a user',
  '/files/:folder/:name': () => 'a file',
  '/fail': () => {
    throw new Error('it failed')
  },
}

/** An app with real routes, to which any bytes can be sent. */
export class FuzzedApp implements AsyncDisposable {
  readonly mtaio: Mtaio
  /** What mtaio logs. */
  readonly log: readonly string[]
  readonly #port: number
  readonly #close: () => Promise<void>

  static async start(framework: Framework, options: MtaioOptions): Promise<FuzzedApp> {
    const log: string[] = []
    const say = (line: string): void => void log.push(line)
    const mtaio = createMtaio({ ...options, source: 'procfs', logger: { warn: say, error: say } })
    const app = await startApp(framework, routes, { mtaio })
    const close = async (): Promise<void> => {
      app.server.closeAllConnections()
      await app.close()
      await mtaio.stop()
    }
    return new FuzzedApp(mtaio, log, app.port, close)
  }

  private constructor(
    mtaio: Mtaio,
    log: readonly string[],
    port: number,
    close: () => Promise<void>,
  ) {
    this.mtaio = mtaio
    this.log = log
    this.#port = port
    this.#close = close
  }

  /** Everything that comes back until the server closes, or begins a stream. */
  send(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, '127.0.0.1')
      let answer = ''
      socket.setEncoding('latin1')
      socket.setTimeout(5000, () => socket.destroy(new Error(`no end of the answer to ${bytes}`)))
      socket.on('data', (chunk: string) => {
        answer += chunk
        if (/^content-type: text\/event-stream[^]*\r\n\r\n/im.test(answer)) socket.destroy()
      })
      // The server may close before it has read everything.
      socket.on('error', (error: NodeJS.ErrnoException) =>
        error.code === undefined ? reject(error) : undefined,
      )
      socket.on('close', () => resolve(answer))
      socket.write(bytes, 'latin1')
    })
  }

  /** What is still in flight, and what failed inside of mtaio, once all has come to rest. */
  async rest(): Promise<{ inFlight: number; viewers: number; failures: number }> {
    const { http, status } = this.mtaio
    for (let i = 0; i < 100 && http.inFlight.size + status.viewers > 0; i++) await sleep(5)
    return {
      inFlight: http.inFlight.size,
      viewers: status.viewers,
      failures: http.failures + status.failures,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}
