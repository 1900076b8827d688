import { ProfileTrace } from '../profiler/profile-trace.ts'
import type { Sanitizer } from '../profiler/sanitizer.ts'
import { hasLeft } from './ending.ts'
import { hideTarget } from './hide-target.ts'
import type { Outcome } from './http-figures.ts'
import type { RequestLifecycle } from './request-lifecycle.ts'
import type { RouteEntry } from './route-entry.ts'
import { UNMATCHED } from './route-table.ts'

/** What an ended request has on its record. */
export interface RequestEnd {
  readonly entry: RouteEntry
  readonly outcome: Outcome
  /** What the client was sent, or what stands for it. */
  readonly status: number
  /** Monotonic milliseconds. */
  readonly endMs: number
  /** Bytes. */
  readonly memoryEnd: number
}

/**
 * The record of one request: the root trace of what it did. It is made when there is something to
 * put on it, or somebody looks; most requests never have one.
 */
export class RequestTrace extends ProfileTrace {
  /** How it ended: null while the request is in flight. */
  outcome: Outcome | null = null
  /** Of an ended request: what the client was sent, or what stands for it. 0 while in flight. */
  status = 0
  /** Where the request was counted; null while it is in flight. */
  entry: RouteEntry | null = null
  /** The trace id of the W3C header `traceparent`, where it was worth reading. */
  traceId: string | null = null
  /** Whether an error came up when the response had begun, so that the client was not told. */
  failedMidway = false
  /** Null when the request has ended. */
  #lifecycle: RequestLifecycle | null
  #streamed = false
  #path: string | null = null
  #noted: unknown = undefined

  constructor(
    name: string,
    startMs: number,
    memoryStart: number,
    sanitizer: Sanitizer,
    lifecycle: RequestLifecycle | null,
  ) {
    super(name, startMs, memoryStart, sanitizer)
    this.#lifecycle = lifecycle
  }

  /** Whether it failed or took too long. An error that was answered with 4xx is on the record only. */
  get hasFailed(): boolean {
    return this.outcome === 'error' || this.outcome === 'timeout'
  }

  /** As it is counted; `OTHER` for one that HTTP does not know. */
  get method(): string {
    return this.entry === null ? this.name : this.entry.method
  }

  /** The route pattern: said by the app, else by the framework; null when no route matched. */
  get route(): string | null {
    const { entry } = this
    if (entry === null) return this.#lifecycle === null ? null : this.#lifecycle.route
    return entry.route === UNMATCHED ? null : entry.route
  }

  /** The concrete path without its query, where it may be kept. */
  get path(): string | null {
    const lifecycle = this.#lifecycle
    return lifecycle === null ? this.#path : lifecycle.path
  }

  /** A response that streams; its duration says nothing about latency. */
  get streaming(): boolean {
    return this.#lifecycle === null ? this.#streamed : this.#lifecycle.streaming
  }

  /**
   * Notes the error that the handling of the request failed with. What the app answers decides the
   * outcome: with a status below 500 it is on the record only.
   */
  override setError(error: unknown): this {
    const lifecycle = this.#lifecycle
    if (lifecycle === null) return this
    const { res, watch, finishedMs } = lifecycle
    // Frameworks pass one error from handler to handler; only its first appearance says when.
    if (res === null || (error === this.#noted && this.error !== undefined)) return this
    const isLeft = hasLeft(res, watch === null ? null : watch.socket)
    // What fails because nobody is there to be answered does not hide what failed before.
    if (isLeft && this.error !== undefined) return this
    this.#noted = error
    this.failedMidway ||= !isLeft && res.headersSent && finishedMs === 0
    return super.setError(error)
  }

  /** The target is known until the request ends; what fails below it later is kept as it is. */
  override hiding(): ((text: string) => string) | undefined {
    const lifecycle = this.#lifecycle
    if (lifecycle === null || lifecycle.req === null) return undefined
    return hideTarget(lifecycle.req, lifecycle.owner.keepsPaths)
  }

  /**
   * The request has ended. From now on its record has the texts of its route, and none that the
   * app made for it.
   */
  end({ entry, outcome, status, endMs, memoryEnd }: RequestEnd): void {
    this.entry = entry
    this.name = entry.name
    this.outcome = outcome
    this.status = status
    this.#streamed = this.streaming
    this.#path = this.path
    this.#lifecycle = null
    this.#noted = undefined
    this.close(endMs, memoryEnd)
  }
}
