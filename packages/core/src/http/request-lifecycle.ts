import { clock } from '../clock.ts'
import { ProfileTrace } from '../profiler/profile-trace.ts'
import type { Sanitizer } from '../profiler/sanitizer.ts'
import { endingOf, hasLeft, type Ending } from './ending.ts'
import { hideTarget } from './hide-target.ts'
import type { HttpAdapter, HttpRequest, HttpResponse } from './http-adapter.ts'
import type { Outcome } from './http-figures.ts'
import type { RouteEntry } from './route-entry.ts'
import type { SocketWatch } from './socket-watch.ts'
import { isStreaming } from './streaming.ts'

/** What a proxy logs when the client left before it had its answer. */
const CLIENT_LEFT = 499
/** Of a request that was never answered, because the app broke it off or took too long. */
const BROKEN = 500
const TOO_LATE = 504

/** What a lifecycle needs of the recorder that follows it. */
export interface LifecycleOwner {
  /** Whether something may read the trace context, so that it has to be entered. */
  readonly entersContext: boolean
  /** The option `keepPaths`. */
  readonly keepsPaths: boolean
  /** Makes bounded plain data of what is kept. */
  readonly sanitizer: Sanitizer
  /** Runs `fn` inside the trace context of the request. */
  runInside<R>(
    lifecycle: RequestLifecycle,
    fn: (...args: never[]) => R,
    thisArg: unknown,
    args: readonly unknown[],
  ): R
  /** Told exactly once per request, while the request and the response are still there. */
  record(lifecycle: RequestLifecycle, req: HttpRequest, endMs: number): void
}

/**
 * One request from its first to its last moment, and its record from then on. It is the root trace
 * of what the request did, and the only object that mtaio allocates for it.
 *
 * It ends exactly once, whatever the order of the events, and lets go of the request, the response
 * and the socket then.
 */
export class RequestLifecycle extends ProfileTrace {
  declare readonly owner: LifecycleOwner
  /** What ended: null while the request is in flight. */
  outcome: Outcome | null = null
  /** Of an ended request: what the client was sent, or what stands for it. 0 while in flight. */
  status = 0
  /** Where the request was counted; null while it is in flight. */
  entry: RouteEntry | null = null
  /** A response that streams; its duration says nothing about latency. */
  streaming = false
  /** Whether the server's timeout for an idle connection struck meanwhile. */
  timedOut = false
  /** The concrete path without its query, where it may be kept. */
  path: string | null = null
  /** The trace id of the W3C header `traceparent`, where it was worth reading. */
  traceId: string | null = null

  /** The next one that watches the same response: several instances of mtaio may. */
  sameResponse: RequestLifecycle | null = null
  /** The earlier one on the same connection. */
  olderOnSocket: RequestLifecycle | null = null

  declare req: HttpRequest | null
  declare res: HttpResponse | null
  watch: SocketWatch | null = null
  readonly #adapter: HttpAdapter
  /** What the framework made of the request; let go of at the end. */
  #subject: unknown
  #route: string | null = null
  #noted: unknown = undefined
  /** Whether an error came up when the response had begun, so that the client was not told. */
  #failedMidway = false

  constructor(
    owner: LifecycleOwner,
    adapter: HttpAdapter,
    subject: unknown,
    req: HttpRequest,
    res: HttpResponse,
    startMs: number,
    memoryStart: number,
  ) {
    super(req.method ?? 'GET', startMs, memoryStart, owner.sanitizer)
    this.owner = owner
    this.req = req
    this.res = res
    this.#adapter = adapter
    this.#subject = subject
  }

  /**
   * Runs the handler of the request, so that spans begun in it become part of this trace.
   *
   * @returns what `fn` returns.
   */
  run<R>(fn: (...args: never[]) => R, thisArg?: unknown, ...args: unknown[]): R {
    // Forwarded as they came, arguments need no array.
    if (!this.owner.entersContext) return fn.call(thisArg, ...(args as never[]))
    return this.owner.runInside(this, fn, thisArg, args)
  }

  /** While in flight as the client has it; then as it was counted. */
  get method(): string {
    return this.entry === null ? this.name : this.entry.method
  }

  /** Says the route pattern, such as `/users/:id`; it goes before what the framework says. */
  setRoute(route: string): void {
    if (this.outcome === null && typeof route === 'string') this.#route = route
  }

  /** The route pattern: said by the app, else by the framework; null when no route matched. */
  get route(): string | null {
    const { req, res } = this
    if (this.#route !== null || this.outcome !== null || req === null || res === null) {
      return this.#route
    }
    try {
      return this.#adapter.route(req, res, this.#subject) ?? null
    } catch {
      // An app that put something of its own where its framework looks is still counted.
      return null
    }
  }

  /**
   * Notes the error that the handling of the request failed with. What the app answers decides the
   * outcome: with a status below 500 it is on the record only.
   */
  override setError(error: unknown): this {
    // Frameworks pass one error from handler to handler; only its first appearance says when.
    if (this.outcome !== null || (error === this.#noted && this.error !== undefined)) return this
    const isLeft = this.res !== null && hasLeft(this.res, this.watch?.socket ?? null)
    // What fails because nobody is there to be answered does not hide what failed before.
    if (isLeft && this.error !== undefined) return this
    this.#noted = error
    this.#failedMidway ||= !isLeft && this.res?.headersSent === true
    return super.setError(error)
  }

  /** The target is known until the request ends; what fails below it later is kept as it is. */
  override hiding(): ((text: string) => string) | undefined {
    return this.req === null ? undefined : hideTarget(this.req, this.owner.keepsPaths)
  }

  /** It is counted: from now on it has the texts of its route, and none that the app made for it. */
  counted(entry: RouteEntry): void {
    this.entry = entry
    this.name = entry.name
    if (this.#route !== null) this.#route = entry.route
  }

  /** The response is closed: decides how the request ended. Ignored when it has ended before. */
  closed(ending?: Ending): void {
    const { req, res } = this
    if (this.outcome !== null || req === null || res === null) return
    ending ??= endingOf(res, this.watch === null ? null : this.watch.socket, this.timedOut)
    if (ending === 'whole') {
      const status = statusOf(res)
      this.#end(req, res, status >= 500 || this.#failedMidway ? 'error' : 'ok', status)
      return
    }
    const sent = res.headersSent ? statusOf(res) : 0
    if (ending === 'late') this.#end(req, res, 'timeout', sent === 0 ? TOO_LATE : sent)
    // Koa 2 leaves a response whose stream failed as it is; then the client goes for want of more.
    else if (ending === 'left' && !this.#failedMidway) this.#end(req, res, 'aborted', CLIENT_LEFT)
    else this.#end(req, res, 'error', sent === 0 && ending === 'broken' ? BROKEN : sent)
  }

  /** Gives the request up: it is ended as `timeout`, and ignored when it ends after all. */
  evict(): void {
    this.closed('late')
  }

  #end(req: HttpRequest, res: HttpResponse, outcome: Outcome, status: number): void {
    const endMs = clock.now()
    this.#route = this.route
    if (isStreaming(res)) this.streaming = true
    this.outcome = outcome
    this.status = status
    try {
      this.owner.record(this, req, endMs)
    } finally {
      this.watch?.remove(this)
      this.req = this.res = this.watch = null
      this.#noted = this.#subject = undefined
    }
  }
}

/** A status that can have been sent: an app may put anything there afterwards. */
function statusOf(res: HttpResponse): number {
  const { statusCode } = res
  return statusCode >= 100 && statusCode <= 999 ? Math.trunc(statusCode) : BROKEN
}
