import type { IncomingMessage, ServerResponse } from 'node:http'
import { failure, isOpen, send, setHeaders } from './answer.ts'

/** What the hub needs from the rest. */
export interface StreamOptions {
  /**
   * The document of a tick, or null when there is none yet. Called once per tick however many
   * watch, and not at all when nobody does.
   */
  readonly document: (nowMs: number) => unknown
  readonly maxStreams: number
  /** Bytes that may wait for one viewer. */
  readonly maxStreamBuffer: number
  /** Milliseconds of silence after which a comment is sent, so that proxies keep the stream. */
  readonly heartbeatMs?: number
  readonly now: () => number
}

/** How long a browser waits before it comes back, in milliseconds. */
const RETRY_MS = 2000
/** How often it is looked whether a viewer's server still listens, in milliseconds. */
const WATCH_MS = 250

interface Viewer {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Whether it still may watch: sessions end. */
  readonly isAllowed: () => boolean
  /** False for sockets that were handed to a server which never listened. */
  readonly serverListened: boolean
}

/** The open event streams of the page: one frame is made per tick and sent to all of them. */
export class StreamHub {
  readonly #options: StreamOptions
  readonly #viewers = new Set<Viewer>()
  #watch: NodeJS.Timeout | null = null
  #frame: Buffer | null = null
  #eventId = 0
  #lastSentMs = 0
  #stopped = false
  #dropped = 0
  #refused = 0

  constructor(options: StreamOptions) {
    this.#options = options
  }

  get viewers(): number {
    return this.#viewers.size
  }

  /** Bytes that wait for the viewer that reads least. */
  get waiting(): number {
    let most = 0
    for (const { res } of this.#viewers) most = Math.max(most, res.writableLength)
    return most
  }

  /** Viewers that did not read and were let go. */
  get dropped(): number {
    return this.#dropped
  }

  /** Viewers turned away because there were `maxStreams` already. */
  get refused(): number {
    return this.#refused
  }

  /**
   * Answers with the stream, or with 503 when there are too many or mtaio has been stopped.
   *
   * @param isAllowed Asked before each tick; the stream ends when it says no.
   */
  open(req: IncomingMessage, res: ServerResponse, isAllowed: () => boolean): void {
    if (this.#stopped || this.#viewers.size >= this.#options.maxStreams) {
      if (!this.#stopped) this.#refused++
      const message = this.#stopped ? 'The monitor is stopped.' : 'Too many streams are open.'
      send(req, res, failure(503, 'unavailable', message, { 'retry-after': '10' }))
      return
    }
    if (!isOpen(res)) return
    setHeaders(res, 'no-store', {
      'content-type': 'text/event-stream; charset=utf-8',
      // compression() and nginx would hold events back.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    res.statusCode = 200
    // So that the socket closes with the stream: an idle one would hold up `server.close()`.
    if (req.httpVersionMajor === 1) res.shouldKeepAlive = false
    if (req.method === 'HEAD') {
      res.end()
      return
    }
    const viewer: Viewer = { req, res, isAllowed, serverListened: isServerListening(req) }
    this.#viewers.add(viewer)
    const gone = (): void => {
      this.#leave(viewer)
    }
    res.once('close', gone)
    // A reset by the peer must not become an uncaught error of the app.
    res.on('error', gone)
    this.#watch ??= setInterval(() => {
      this.#look()
    }, WATCH_MS).unref()
    res.write(`retry: ${RETRY_MS}\n\n`)
    this.#frame ??= this.#render(this.#options.now())
    if (this.#frame !== null) this.#write(viewer, this.#frame)
  }

  /** Sends the tick to all who watch. */
  tick(nowMs: number): void {
    this.#frame = null
    this.endForbidden()
    if (this.#viewers.size === 0) return
    this.#frame = this.#render(nowMs)
    if (this.#frame !== null) this.#broadcast(this.#frame, nowMs)
  }

  /** Ends the streams of those who may watch no longer. */
  endForbidden(): void {
    for (const viewer of [...this.#viewers]) if (!viewer.isAllowed()) this.#end(viewer)
  }

  /** Ends all streams; later ones are refused until {@link start}. */
  stop(): void {
    this.#stopped = true
    for (const viewer of [...this.#viewers]) this.#end(viewer)
  }

  start(): void {
    this.#stopped = false
  }

  /** JSON has no raw line break, and the id is a number: no text can begin a field of its own. */
  #render(nowMs: number): Buffer | null {
    const document = this.#options.document(nowMs)
    if (document === null) return null
    this.#lastSentMs = nowMs
    return Buffer.from(`id: ${++this.#eventId}\nevent: tick\ndata: ${JSON.stringify(document)}\n\n`)
  }

  #broadcast(frame: Buffer, nowMs: number): void {
    this.#lastSentMs = nowMs
    for (const viewer of [...this.#viewers]) this.#write(viewer, frame)
  }

  #write(viewer: Viewer, frame: Buffer): void {
    const { res } = viewer
    if (res.destroyed || res.writableEnded) {
      this.#leave(viewer)
    } else if (res.writableLength > this.#options.maxStreamBuffer) {
      this.#dropped++
      this.#leave(viewer)
      res.destroy()
    } else {
      res.write(frame)
    }
  }

  /**
   * `server.close()` waits for open responses and tells nobody, so it is looked for: streams whose
   * server no longer listens are ended (fastify/sse#57).
   */
  #look(): void {
    for (const viewer of [...this.#viewers]) {
      if (viewer.serverListened && !isServerListening(viewer.req)) this.#end(viewer)
    }
    const nowMs = this.#options.now()
    if (nowMs - this.#lastSentMs >= (this.#options.heartbeatMs ?? 15_000)) {
      this.#broadcast(HEARTBEAT, nowMs)
    }
  }

  #end(viewer: Viewer): void {
    this.#leave(viewer)
    viewer.res.end()
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    if (this.#viewers.size > 0 || this.#watch === null) return
    clearInterval(this.#watch)
    this.#watch = null
    this.#frame = null
  }
}

const HEARTBEAT = Buffer.from(':\n\n')

function isServerListening(req: IncomingMessage): boolean {
  try {
    const { server } = req.socket as { readonly server?: { readonly listening?: boolean } }
    return server?.listening === true
  } catch {
    // The socket of an HTTP/2 request throws once its session is gone.
    return false
  }
}
