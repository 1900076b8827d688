import type { Socket } from 'node:net'
import { clock } from '../clock.ts'
import type { Sanitizer } from '../profiler/sanitizer.ts'
import { endingOf, isHttp2, isWhole, type Ending } from './ending.ts'
import type { HttpAdapter, HttpRequest, HttpResponse } from './http-adapter.ts'
import type { Outcome } from './http-figures.ts'
import { RequestTrace } from './request-trace.ts'
import { labelOfMethod } from './route-table.ts'
import type { SocketWatch } from './socket-watch.ts'
import { isStreaming } from './streaming.ts'

/** What a proxy logs when the client left before it had its answer. */
const CLIENT_LEFT = 499
/** Of a request that was never answered, because the app broke it off or took too long. */
const BROKEN = 500
const TOO_LATE = 504

const STATUS = /^HTTP\/1\.\d (\d{3})/

/** What a lifecycle needs of the recorder that follows it. */
export interface LifecycleOwner {
  /** Whether something may read the trace context, so that it has to be entered. */
  readonly entersContext: boolean
  /** The option `keepPaths`. */
  readonly keepsPaths: boolean
  /** The path of a request without its query, as long as it may be. */
  pathOf(req: HttpRequest): string
  /** Makes bounded plain data of what is kept. */
  readonly sanitizer: Sanitizer
  /** Runs `fn` inside the trace context of the request. */
  runInside<R>(
    lifecycle: RequestLifecycle,
    fn: (...args: never[]) => R,
    thisArg: unknown,
    args: readonly unknown[],
  ): R
  /** Told exactly once per request of the app, while the request and the response are still there. */
  record(
    lifecycle: RequestLifecycle,
    req: HttpRequest,
    outcome: Outcome,
    status: number,
    endMs: number,
  ): void
  /** Told of a request that is no request of the app after all. */
  forget(lifecycle: RequestLifecycle): void
}

/**
 * One request in flight, and the only object that mtaio allocates for nearly all. It is small and
 * is forgotten with the request: what the lists keep of it are numbers, and what there is more to
 * say of, has a {@link RequestTrace}.
 *
 * It ends exactly once, whatever the order of the events, and lets go of the request, the response
 * and the socket then.
 */
export class RequestLifecycle {
  readonly owner: LifecycleOwner
  /** Monotonic milliseconds. */
  readonly startMs: number
  /** Heap and external memory of the whole process at the start, in bytes. */
  readonly memoryStart: number
  /** Null when the request has ended; `res` too. */
  req: HttpRequest | null
  res: HttpResponse | null
  watch: SocketWatch | null = null
  /** The earlier one on the same connection, and the later one. */
  olderOnSocket: RequestLifecycle | null = null
  newerOnSocket: RequestLifecycle | null = null
  /** The next one that watches the same response: several instances of mtaio may. */
  sameResponse: RequestLifecycle | null = null
  /** What is on record so far; null when there is nothing to say but numbers. */
  record: RequestTrace | null = null
  /** When the response was handed over, in monotonic milliseconds; 0 until then. */
  finishedMs = 0
  /** The status of a response that was handed over whole; 0 until then, or when that is not sure. */
  sentStatus = 0
  /** The next one whose response was handed over in the same turn of the event loop. */
  nextFinished: RequestLifecycle | null = null
  /** A response that streams; its duration says nothing about latency. */
  streaming = false
  /** Whether the server's timeout for an idle connection struck meanwhile. */
  timedOut = false
  readonly #adapter: HttpAdapter
  /** What the framework made of the request; let go of at the end. */
  #subject: unknown
  #saidRoute: string | null = null

  constructor(
    owner: LifecycleOwner,
    adapter: HttpAdapter,
    subject: unknown,
    req: HttpRequest,
    res: HttpResponse,
    startMs: number,
    memoryStart: number,
  ) {
    this.owner = owner
    this.#adapter = adapter
    this.#subject = subject
    this.req = req
    this.res = res
    this.startMs = startMs
    this.memoryStart = memoryStart
  }

  get isOpen(): boolean {
    return this.req !== null
  }

  /** As it is counted: a client may make up any, of any length. */
  get method(): string {
    return labelOfMethod(this.req?.method ?? 'GET')
  }

  /** The route pattern: said by the app, else by the framework; null when no route matched. */
  get route(): string | null {
    const { req, res } = this
    if (this.#saidRoute !== null) return this.#saidRoute
    if (req === null || res === null) return null
    try {
      return this.#adapter.route(req, res, this.#subject) ?? null
    } catch {
      // An app that put something of its own where its framework looks is still counted.
      return null
    }
  }

  /** The path without its query; null where it may not be kept, and when the request has ended. */
  get path(): string | null {
    const { req, owner } = this
    return req !== null && owner.keepsPaths ? owner.pathOf(req) : null
  }

  /** The root trace of the request, which is its record; made now if it had none. */
  get trace(): RequestTrace {
    const { method, startMs, memoryStart, owner } = this
    return (this.record ??= new RequestTrace(method, startMs, memoryStart, owner.sanitizer, this))
  }

  /**
   * Runs the handler of the request, so that spans begun in it become part of its trace.
   *
   * @returns what `fn` returns.
   */
  run<R>(fn: (...args: never[]) => R, thisArg?: unknown, ...args: unknown[]): R {
    // Forwarded as they came, arguments need no array.
    if (!this.owner.entersContext) return fn.call(thisArg, ...(args as never[]))
    return this.owner.runInside(this, fn, thisArg, args)
  }

  /** Says the route pattern, such as `/users/:id`; it goes before what the framework says. */
  setRoute(route: string): void {
    if (this.isOpen && typeof route === 'string') this.#saidRoute = route
  }

  /** Notes the error that the handling of the request failed with. */
  setError(error: unknown): void {
    if (this.isOpen) this.trace.setError(error)
  }

  /**
   * The response was handed over. What the app or the client does to it, to its status and to the
   * connection from now on, does not change any more how the request ended.
   */
  handedOver(nowMs: number): void {
    this.finishedMs = nowMs
    const { req, res } = this
    if (req === null || res === null) return
    try {
      const socket = this.#socketOf(req)
      // Up to Node 22 a connection that fails is destroyed a moment later, with what it was to send.
      const isSure = socket === null || socket.errored == null
      if (isSure && isWhole(res, socket)) this.sentStatus = statusOf(res)
    } catch {
      // What an app has put in the place of its messages may throw; then it does at the end, too.
    }
  }

  /** The response is closed: decides how the request ended. Ignored when it has ended before. */
  closed(ending?: Ending): void {
    const { req, res } = this
    if (req === null || res === null) return
    try {
      this.#close(req, res, ending)
    } catch {
      // What an app has put in the place of its messages may throw.
      if (this.isOpen) this.#end(req, 'error', BROKEN)
    }
  }

  /** Gives the request up: it is ended as `timeout`, and ignored when it ends after all. */
  evict(): void {
    this.closed('late')
  }

  /** Another instance of mtaio answers it, by its page: then it is no request of the app. */
  letGo(): void {
    if (!this.isOpen) return
    try {
      this.owner.forget(this)
    } finally {
      this.#release()
    }
  }

  #close(req: HttpRequest, res: HttpResponse, given: Ending | undefined): void {
    const { record, sentStatus } = this
    const failedMidway = record !== null && record.failedMidway
    if (isStreaming(res)) this.streaming = true
    const ending =
      sentStatus !== 0 ? 'whole' : (given ?? endingOf(res, this.#socketOf(req), this.timedOut))
    if (ending === 'whole') {
      // To look at the head that was sent costs more than to believe the app.
      const isSure = sentStatus !== 0 && !failedMidway && !this.streaming
      const status = isSure ? sentStatus : sentStatusOf(res)
      this.#end(req, status >= 500 || failedMidway ? 'error' : 'ok', status)
      return
    }
    const sent = res.headersSent ? sentStatusOf(res) : 0
    if (ending === 'late') this.#end(req, 'timeout', sent === 0 ? TOO_LATE : sent)
    // Koa 2 leaves a response whose stream failed as it is; then the client goes for want of more.
    else if (ending === 'left' && !failedMidway) this.#end(req, 'aborted', CLIENT_LEFT)
    else this.#end(req, 'error', sent === 0 && ending === 'broken' ? BROKEN : sent)
  }

  /** Not asked of HTTP/2, where it may throw. */
  #socketOf(req: HttpRequest): Socket | null {
    return this.watch === null ? (req.socket ?? null) : this.watch.socket
  }

  #end(req: HttpRequest, outcome: Outcome, status: number): void {
    const endMs = this.finishedMs === 0 ? clock.now() : this.finishedMs
    try {
      this.owner.record(this, req, outcome, status, endMs)
    } finally {
      this.#release()
    }
  }

  #release(): void {
    if (this.watch !== null) this.watch.remove(this)
    this.req = this.res = this.watch = null
    this.#subject = undefined
  }
}

/** As {@link RequestLifecycle.closed}, for all that watch the same response. */
export function closeAll(first: RequestLifecycle | null): void {
  let lifecycle = first
  while (lifecycle !== null) {
    lifecycle.closed()
    lifecycle = lifecycle.sameResponse
  }
}

/**
 * The status of a response of any kind, as it was sent: an app may set another one when the head is
 * gone, and of HTTP/2 use the stream itself.
 */
function sentStatusOf(res: HttpResponse): number {
  const sent = Number(isHttp2(res) ? res.stream.sentHeaders?.[':status'] : inHead(res))
  return Number.isNaN(sent) ? statusOf(res) : sent
}

function inHead(res: HttpResponse): string | undefined {
  const { _header: head } = res as { _header?: unknown }
  return typeof head === 'string' ? STATUS.exec(head)?.[1] : undefined
}

/** A status that can have been sent: an app may put anything there afterwards. */
function statusOf({ statusCode }: HttpResponse): number {
  return statusCode >= 100 && statusCode <= 999 ? Math.trunc(statusCode) : BROKEN
}
