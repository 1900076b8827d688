import type { Server } from 'node:http'
import type { Mtaio, MtaioOptions } from '@mtaio/core'

/** What every framework's version of the demo gives back. */
export interface DemoApp {
  readonly mtaio: Mtaio
  /** Listens on the loopback address and resolves with the port. */
  listen(port: number): Promise<number>
  close(): Promise<void>
}

/** Settings of the three demos: low thresholds, so that the page has something to say. */
export const demoOptions = {
  thresholds: { response_time: 0.25, error_rate: 0.5, task_memory: 900 },
  slowRequest: 0.2,
} satisfies MtaioOptions

/** A single slow turn of the loop is no news, a few seconds of them are. */
export function watchEventLoop({ monitor }: Mtaio): void {
  monitor.setThreshold('event_loop_delay', 0.1, { for: 3, clearBelow: 0.05 })
}

/** Starts a plain Node server; Express and Koa share it. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** Ends a plain Node server with its kept-alive connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
