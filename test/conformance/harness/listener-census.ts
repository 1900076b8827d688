import type { EventEmitter } from 'node:events'
import type { BuiltApp } from '../subjects/subject.ts'

type Counts = Record<string, number>

const PROCESS_EVENTS = [
  'uncaughtException',
  'uncaughtExceptionMonitor',
  'unhandledRejection',
  'rejectionHandled',
  'beforeExit',
  'exit',
  'SIGTERM',
  'SIGINT',
]

/** Counts the listeners on a server, on its connections whenever a request comes, and the process. */
export class ListenerCensus {
  /** Requests that came to the server. */
  requests = 0
  /** The most that were found on one connection, by event. */
  readonly #sockets: Counts = {}
  readonly #server: BuiltApp['server']

  constructor(server: BuiltApp['server']) {
    this.#server = server
    server.prependListener('request', (req: { socket: EventEmitter }) => {
      this.requests++
      for (const [event, count] of Object.entries(countsOf(req.socket))) {
        this.#sockets[event] = Math.max(this.#sockets[event] ?? 0, count)
      }
    })
  }

  get sockets(): Counts {
    return this.#sockets
  }

  get server(): Counts {
    return countsOf(this.#server)
  }

  static process(): Counts {
    return Object.fromEntries(PROCESS_EVENTS.map((event) => [event, process.listenerCount(event)]))
  }
}

function countsOf(emitter: EventEmitter): Counts {
  try {
    return Object.fromEntries(
      emitter.eventNames().map((event) => [String(event), emitter.listenerCount(event)]),
    )
  } catch {
    // The socket of an HTTP/2 session is a proxy, which does not say everything.
    return {}
  }
}
