import { inspect } from 'node:util'
import { clock } from '../clock.ts'
import { memoryNow } from './memory-meter.ts'
import type { OpenTraces } from './open-traces.ts'
import type { Sanitizer } from './sanitizer.ts'
import { afterThisSegment } from './segment.ts'
import type { ErrorDocument, TraceDocument } from './span-document.ts'
import { formatTraceId, nextTraceNumber } from './trace-id.ts'
import type { TraceScope } from './trace-scope.ts'

/**
 * One operation: when it ran, what it was given, how memory changed meanwhile. Times are epoch
 * seconds, sizes are bytes. A trace without a parent is a root and owns all spans below it.
 *
 * @example
 * const trace = profiler.startTrace('import', { metadata: { file } })
 * trace.metadata.rows = await load(file)
 * profiler.endTrace(trace)
 * console.log(trace.duration, trace.memoryDelta)
 */
export class ProfileTrace {
  // What the constructor sets is only declared: else each of them would be set to undefined first.
  declare name: string
  /** Monotonic milliseconds of `clock.now()`. */
  declare readonly startMs: number
  /** Heap and external memory of the whole process at the start, in bytes. */
  declare readonly memoryStart: number
  /** The root of the tree that this trace is in; a root's root is itself. */
  declare readonly root: ProfileTrace
  /** Of a root: all spans below it that are kept, in the order they began. */
  spans: ProfileTrace[] | null = null
  /** Of a root: how many spans below it were over the cap. */
  droppedSpans = 0
  /** Where the trace was started; only with `collectStackTrace`. */
  stackTrace: string | undefined = undefined
  /** What the async context stores for this trace while it is open. */
  scope: TraceScope | null = null
  /** The one list of open traces that it is in, and its links there. */
  list: OpenTraces | null = null
  previous: ProfileTrace | null = null
  next: ProfileTrace | null = null

  readonly #number: number
  readonly #parentNumber: number
  readonly #sanitizer: Sanitizer
  // NaN while the trace is open: a number from the start keeps the shape of all traces the same.
  #endMs = NaN
  #memoryEnd = 0
  #metadata: Record<string, unknown> | null = null
  /** A function as long as the error was not described. */
  #error: ErrorDocument | (() => ErrorDocument) | undefined = undefined

  static {
    // What `console.log` shows: the record, not how it is held. It would be a method if
    // isolatedDeclarations took a computed name.
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: ProfileTrace) {
        return this.toJSON()
      },
    })
  }

  constructor(
    name: string,
    startMs: number,
    memoryStart: number,
    sanitizer: Sanitizer,
    parent: ProfileTrace | null = null,
  ) {
    this.name = name
    this.startMs = startMs
    this.memoryStart = memoryStart
    this.root = parent === null ? this : parent.root
    this.#number = nextTraceNumber()
    this.#parentNumber = parent === null ? 0 : parent.#number
    this.#sanitizer = sanitizer
  }

  /** Sixteen hex characters. */
  get id(): string {
    return formatTraceId(this.#number)
  }

  /** `null` for a root. */
  get parentId(): string | null {
    return this.#parentNumber === 0 ? null : formatTraceId(this.#parentNumber)
  }

  get isRoot(): boolean {
    return this.root === this
  }

  get isOpen(): boolean {
    return Number.isNaN(this.#endMs)
  }

  /** Seconds since the epoch. */
  get startTime(): number {
    return clock.toEpochSeconds(this.startMs)
  }

  /** Seconds since the epoch; `null` while the trace is open. */
  get endTime(): number | null {
    return this.isOpen ? null : clock.toEpochSeconds(this.#endMs)
  }

  /** Monotonic milliseconds; NaN while the trace is open. */
  get endMs(): number {
    return this.#endMs
  }

  /** Seconds; of an open trace, until now. */
  get duration(): number {
    return ((this.isOpen ? clock.now() : this.#endMs) - this.startMs) / 1000
  }

  /** Heap and external memory of the whole process at the end, in bytes; `null` while open. */
  get memoryEnd(): number | null {
    return this.isOpen ? null : this.#memoryEnd
  }

  /**
   * Change of the memory of the whole process while the trace ran, in bytes; of an open trace,
   * until now. Other work that ran meanwhile and garbage collections are in it.
   */
  get memoryDelta(): number {
    return (this.isOpen ? memoryNow(clock.now()) : this.#memoryEnd) - this.memoryStart
  }

  /**
   * What is known about the operation. May be written to while the trace is open; at its end it is
   * replaced by a bounded copy of plain data, so that no object of the app is held on to.
   */
  get metadata(): Record<string, unknown> {
    return (this.#metadata ??= {})
  }

  /** The error that the operation failed with, as strings. */
  get error(): ErrorDocument | undefined {
    return this.#describeError()
  }

  /** The innermost span below this root that is open now; `null` when none is. */
  get currentSpan(): ProfileTrace | null {
    return this.spans?.findLast((span) => span.isOpen) ?? null
  }

  /**
   * Adds to the metadata, and replaces what has the same name.
   *
   * @example
   * using t = profiler.traceContext('query')
   * t.addMetadata({ rows: rows.length })
   */
  addMetadata(metadata: Readonly<Record<string, unknown>>): this {
    if (this.isOpen) this.#sanitizer.assign(this.metadata, metadata)
    return this
  }

  /**
   * Marks the operation as failed. Anything can be given, as anything can be thrown.
   *
   * V8 formats a stack when it is first read, which may take long. So the error is described when
   * the code that runs now has returned, or at the end of the trace, when that has been timed.
   */
  setError(error: unknown): this {
    const hide = this.root.hiding()
    this.#error = () => this.#sanitizer.error(error, hide)
    // Bound, since a closure here would hold on to the error, too, until it was called.
    if (this.isOpen) afterThisSegment(this.#describeError.bind(this))
    else this.#describeError()
    return this
  }

  /** Of a root: what takes out of texts what is not to be kept; a request hides its own target. */
  hiding(): ((text: string) => string) | undefined {
    return undefined
  }

  /**
   * Closes the record; the second call is ignored. Users call `profiler.endTrace(trace)`, which
   * also counts the operation.
   *
   * @returns false when it was closed before.
   */
  close(endMs: number, memoryEnd: number): boolean {
    if (!this.isOpen) return false
    this.#endMs = endMs
    this.#memoryEnd = memoryEnd
    if (this.scope !== null) {
      this.scope.release()
      this.scope = null
    }
    this.#describeError()
    this.#boundMetadata()
    // Those that are still open may never end, and are kept with their root.
    if (this.spans !== null) for (const span of this.spans) if (span.isOpen) span.#boundMetadata()
    return true
  }

  #boundMetadata(): void {
    if (this.#metadata !== null) this.#metadata = this.#sanitizer.metadata(this.#metadata)
  }

  #describeError(): ErrorDocument | undefined {
    if (typeof this.#error === 'function') this.#error = this.#error()
    return this.#error
  }

  /**
   * Of a root: keeps a span that begins below it.
   *
   * @returns false when the cap is reached; the span is only counted then.
   */
  adopt(span: ProfileTrace, maxSpans: number): boolean {
    const spans = (this.spans ??= [])
    if (spans.length < maxSpans) {
      spans.push(span)
      return true
    }
    this.droppedSpans++
    return false
  }

  /** The record alone, without the spans below it; see `toSpanDocument` for the tree. */
  toJSON(): TraceDocument {
    const { isOpen } = this
    return {
      id: this.id,
      parentId: this.parentId,
      name: this.name,
      startTime: this.startTime,
      endTime: this.endTime,
      duration: isOpen ? null : this.duration,
      metadata: isOpen ? this.#sanitizer.metadata(this.metadata) : this.metadata,
      memoryStart: this.memoryStart,
      memoryEnd: this.memoryEnd,
      memoryDelta: isOpen ? null : this.memoryDelta,
      stackTrace: this.stackTrace ?? null,
      error: this.error ?? null,
    }
  }
}
