import type { HistoryDocument, Snapshot, TickDocument } from '@core/status/api-types.ts'
import { api, ApiError, streamAddress } from './api.ts'

/**
 * How the figures come in:
 * `connecting` at first; `live` by the stream; `polling` when the stream is cut but the server
 * answers; `lost` when it does not answer; `refused` when it answers that we may not read.
 */
export type Link = 'connecting' | 'live' | 'polling' | 'lost' | 'refused'

/** Who takes what comes in. */
export interface Receiver {
  tick(tick: TickDocument): void
  /** A whole picture: at the start, after a gap, and at each poll. */
  refill(snapshot: Snapshot, history: HistoryDocument): void
  link(link: Link, reason: string | null): void
  /** Seconds of history that are missing now. */
  missingSeconds(): number
  /** Seconds between two ticks. */
  interval(): number
}

const CHECK_MS = 1000
const MIN_SILENCE_MS = 5000
const SILENT_INTERVALS = 3.5
const FIRST_RETRY_MS = 2000
const LAST_RETRY_MS = 30_000

/** A page that is hidden for longer gives its stream up. */
const HIDDEN_MS = 5000
const HIDDEN_POLL_MS = 15_000

/**
 * Server-sent events while they flow, polling while they do not. A half-open connection, on which
 * nothing comes and nothing fails, is found by its silence.
 *
 * A page in the background has no stream: a browser has six connections to a server, for all its
 * tabs, and six forgotten pages would leave none to the app itself. It polls now and then for what
 * its title says.
 */
export class Connection {
  readonly #receiver: Receiver
  #stream: EventSource | null = null
  #link: Link = 'connecting'
  #heardMs = 0
  #polling = false
  #filled = false
  #reopenAtMs = 0
  #retryMs = FIRST_RETRY_MS
  #polledMs = 0
  /** When the page was hidden; Infinity while it is seen. */
  #hiddenMs = Infinity

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  /** Starts; the connection lives as long as the page. */
  start(): void {
    void this.#poll()
    if (document.hidden) this.#hiddenMs = -Infinity
    else this.#open()
    setInterval(() => this.#check(), CHECK_MS)
    document.addEventListener('visibilitychange', () => this.#onVisibility())
  }

  #onVisibility(): void {
    if (document.hidden) {
      this.#hiddenMs = performance.now()
      return
    }
    this.#hiddenMs = Infinity
    if (this.#stream !== null) return
    this.#open()
    void this.#poll()
  }

  #open(): void {
    this.#heardMs = performance.now()
    const stream = new EventSource(streamAddress())
    this.#stream = stream
    stream.addEventListener('tick', (event: MessageEvent<string>) => this.#onTick(event.data))
    stream.addEventListener('error', () => this.#onCut())
  }

  #onTick(data: string): void {
    const tick = JSON.parse(data) as TickDocument
    this.#heardMs = performance.now()
    this.#retryMs = FIRST_RETRY_MS
    const wasCut = this.#link !== 'live'
    this.#say('live', null)
    if (wasCut) void this.#poll()
    this.#receiver.tick(tick)
  }

  #onCut(): void {
    if (this.#link === 'live') this.#say('polling', null)
    // After an answer that is no stream (a proxy's 502, our 503) the browser does not try again.
    if (this.#stream?.readyState === EventSource.CLOSED) this.#closeStream()
    void this.#poll()
  }

  #closeStream(): void {
    this.#stream?.close()
    this.#stream = null
    this.#reopenAtMs = performance.now() + this.#retryMs
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2)
  }

  #check(): void {
    const now = performance.now()
    const interval = this.#receiver.interval() * 1000
    if (now - this.#hiddenMs > HIDDEN_MS) {
      this.#stayInBackground(now)
      return
    }
    if (this.#stream === null) {
      if (now >= this.#reopenAtMs) this.#open()
    } else if (now - this.#heardMs > Math.max(MIN_SILENCE_MS, SILENT_INTERVALS * interval)) {
      this.#closeStream()
      if (this.#link === 'live') this.#say('polling', null)
    }
    const needed = this.#link !== 'live' || !this.#filled
    if (needed && now - this.#polledMs >= Math.max(CHECK_MS, interval) * 0.9) {
      void this.#poll()
    }
  }

  #stayInBackground(now: number): void {
    if (this.#stream !== null) {
      this.#stream.close()
      this.#stream = null
      if (this.#link === 'live') this.#say('polling', null)
    }
    if (now - this.#polledMs >= HIDDEN_POLL_MS) void this.#poll()
  }

  async #poll(): Promise<void> {
    if (this.#polling) return
    this.#polling = true
    this.#polledMs = performance.now()
    try {
      const seconds = Math.ceil(this.#receiver.missingSeconds())
      const [snapshot, history] = await Promise.all([api.snapshot(), api.history(seconds)])
      if (this.#link !== 'live' && this.#link !== 'connecting') this.#say('polling', null)
      this.#receiver.refill(snapshot, history)
      this.#filled = true
    } catch (error) {
      this.#onPollFailed(error)
    } finally {
      this.#polling = false
    }
  }

  #onPollFailed(error: unknown): void {
    if (this.#link === 'live') return
    const refused = error instanceof ApiError && (error.status === 401 || error.status === 403)
    this.#say(refused ? 'refused' : 'lost', error instanceof Error ? error.message : null)
  }

  #say(link: Link, reason: string | null): void {
    this.#link = link
    this.#receiver.link(link, reason)
  }
}
