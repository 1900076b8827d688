import { types } from 'node:util'
import { clock } from '../clock.ts'
import type { LimitFigures, Limits } from '../limits.ts'
import { bucketIndex } from '../metrics/histogram.ts'
import { RingBuffer } from '../metrics/ring-buffer.ts'
import { CallStackContext } from './call-stack-context.ts'
import { toChromeTrace } from './chrome-trace.ts'
import { Declaration } from './declaration.ts'
import { followGenerator } from './follow-generator.ts'
import { followResult } from './follow-result.ts'
import type { AnyFunction } from './function-types.ts'
import { memoryNow } from './memory-meter.ts'
import { OpenTraces } from './open-traces.ts'
import type { OperationStats } from './operation-stats.ts'
import { Operations } from './operations.ts'
import { Profile } from './profile.ts'
import { ProfileTrace } from './profile-trace.ts'
import { checkFunction, checkTrace, invalid } from './profiler-checks.ts'
import { profilerLimits, type ProfilerLimit } from './profiler-limits.ts'
import { resolveProfilerOptions, type ProfilerOptions } from './profiler-options.ts'
import { Sanitizer } from './sanitizer.ts'
import { runInScope, type ScopeCarrier } from './scope-carrier.ts'
import { ScopedTrace } from './scoped-trace.ts'
import { captureStackTrace } from './stack-trace.ts'
import { traceContext } from './trace-context.ts'
import { createTraceFunction, type TraceFunction } from './trace-function.ts'
import { TraceScope } from './trace-scope.ts'
import { TracedCall } from './traced-call.ts'
import { wrapFunction } from './wrap-function.ts'

type Metadata = Readonly<Record<string, unknown>>

/** Options of `profiler.startTrace`. */
export interface StartTraceOptions {
  /** What is known about the operation. */
  readonly metadata?: Metadata
  /** The trace that it is a part of; `null` for none. @default the current trace */
  readonly parent?: ProfileTrace | null
}

/**
 * Measures operations: how long they take, how memory changes, which of them are parts of which.
 *
 * @example
 * const profiler = new Profiler()
 * const load = profiler.trace(async function load(id) { … })
 * await profiler.traceContext('import', async () => {
 *   for (const id of ids) await load(id)
 * })
 * console.log(profiler.getProfile().getMetrics('load').percentiles[95])
 */
export class Profiler {
  /**
   * Traces every call of a function; also a method decorator of either kind. May be used unbound.
   * With `enabled: false` it returns the function itself.
   */
  readonly trace: TraceFunction
  readonly enabled: boolean
  readonly limits: Limits
  /** Makes bounded plain data of what is kept. */
  readonly sanitizer: Sanitizer
  readonly #collectStackTrace: boolean
  readonly #context: ScopeCarrier
  readonly #operations: Operations
  readonly #kept: RingBuffer<ProfileTrace>
  readonly #open = new OpenTraces()
  /** Roots that others keep: the requests in flight and the latest ones. */
  readonly #elsewhere: (() => readonly ProfileTrace[])[] = []
  #evicted = 0
  #droppedSpans = 0
  #largestTree = 0
  #startMs = clock.now()
  #rootSeconds = 0

  /** @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`, also for a limit. */
  constructor(options: ProfilerOptions = {}) {
    const resolved = resolveProfilerOptions(options)
    this.enabled = resolved.enabled
    this.limits = resolved.limits
    this.sanitizer = new Sanitizer(resolved.limits, resolved.redact)
    this.#collectStackTrace = resolved.collectStackTrace
    this.#context = resolved.traceAsyncTasks ? traceContext : new CallStackContext()
    this.#operations = new Operations(resolved.limits)
    this.#kept = new RingBuffer(resolved.limits.maxTraces)
    this.trace = createTraceFunction((fn, name) => this.#wrap(fn, name))
  }

  /** The innermost open trace that the running code is a part of; `null` when there is none. */
  get currentTrace(): ProfileTrace | null {
    return this.enabled ? this.#traceIn(this.#currentScope()) : null
  }

  /**
   * Runs a function as one operation and returns what it returns. What is traced meanwhile, also
   * after an `await`, becomes a part of it.
   *
   * @param fn - Is given the trace, for metadata that is known later.
   * @example
   * const user = await profiler.traceContext('load user', () => db.find(id), { id })
   */
  traceContext<T>(name: string, fn: (trace: ProfileTrace) => T, metadata?: Metadata): T
  /**
   * Without a function: a trace that ends with the block it is declared in. It is the current trace
   * from there to the end of the block. The form with a function costs less and has no fine print;
   * docs/profiler.md has that of this one.
   *
   * @example
   * await using t = profiler.traceContext('import', { file })
   */
  traceContext(name: string, metadata?: Metadata): ScopedTrace
  traceContext(
    name: string,
    second?: ((trace: ProfileTrace) => unknown) | Metadata,
    metadata?: Metadata,
  ): unknown {
    if (typeof second !== 'function') return this.#declare(name, second)
    const entry = Profiler.prototype.traceContext
    if (this.enabled && !types.isGeneratorFunction(second)) {
      return this.#call(second, name, metadata, undefined, null, entry)
    }
    const trace = this.#begin(name, metadata, this.currentTrace, entry)
    const result = second(trace)
    if (this.enabled) followGenerator(result as object, () => new TracedCall(this, trace))
    return result
  }

  /**
   * Begins an operation that `endTrace` ends, wherever that is called. It does not become the
   * current trace; give it as `parent` to what is a part of it.
   */
  startTrace(name: string, options: StartTraceOptions = {}): ProfileTrace {
    const { metadata, parent } = options
    if (parent != null) checkTrace(parent, 'parent')
    const above = parent === undefined ? this.currentTrace : parent
    return this.#begin(name, metadata, above, Profiler.prototype.startTrace)
  }

  /**
   * Ends an operation. Ending it again changes nothing.
   *
   * @throws MtaioError `MTAIO_OPTION_INVALID` for what is no trace.
   */
  endTrace(trace: ProfileTrace): void {
    checkTrace(trace, 'What endTrace is given')
    if (!trace.isOpen) return
    const nowMs = clock.now()
    trace.close(nowMs, memoryNow(nowMs))
    if (!this.enabled) return
    const { duration } = trace
    const failed = trace.error !== undefined
    const operation = this.operation(trace.name)
    operation.record(bucketIndex(duration), duration, failed)
    operation.memoryTotal += trace.memoryDelta
    if (!trace.isRoot) return
    this.#open.remove(trace)
    this.countRoot(trace.startMs, trace.endMs)
    this.keepRoot(trace)
  }

  /**
   * A function that runs in the trace that is current now, wherever it is called: by an emitter, a
   * pool, or a queue, which would call it in the context of another operation.
   *
   * @example
   * pool.acquire(profiler.bind((connection) => { … }))
   */
  bind<F extends AnyFunction>(fn: F): F {
    checkFunction(fn, 'What bind is given')
    if (!this.enabled) return fn
    const scope = this.#currentScope()
    const context = this.#context
    return wrapFunction(fn, (thisArg, args) => runInScope(context, scope, fn, thisArg, args)) as F
  }

  /** What was seen since the start or the last reset. Later calls do not change its figures. */
  getProfile(): Profile {
    const nowMs = clock.now()
    const since = this.#startMs
    const elsewhere = this.#rootsElsewhere()
    const ended = elsewhere.filter((root) => !root.isOpen && root.endMs >= since)
    const open = [...this.#open, ...elsewhere.filter((root) => root.isOpen)]
    const openMs = open.reduce((sum, { startMs }) => sum + nowMs - Math.max(startMs, since), 0)
    return new Profile(
      clock.toEpochSeconds(since),
      this.#rootSeconds + openMs / 1000,
      [...new Set([...this.#kept, ...ended, ...open])],
      this.#operations.copies(),
    )
  }

  /**
   * Forgets what has ended. Traces that are open go on: they will be counted whole among their
   * operation, and from now on in the total time.
   */
  reset(): void {
    this.#rootsElsewhere()
    this.#kept.clear()
    this.#operations.reset()
    this.#rootSeconds = 0
    this.#startMs = clock.now()
  }

  /**
   * The profile as text: `json` is the profile itself, `chrome-trace` a file for
   * https://ui.perfetto.dev or chrome://tracing.
   *
   * @throws MtaioError `MTAIO_OPTION_INVALID` for another format.
   */
  exportProfile(format: 'json' | 'chrome-trace' = 'json'): string {
    if (format === 'json') return JSON.stringify(this.getProfile())
    if (format === 'chrome-trace') return JSON.stringify(toChromeTrace(this.getProfile().traces))
    throw invalid('The format of a profile', "'json' or 'chrome-trace'", format)
  }

  /** How far each cap is used. Of the caps of one trace, one metadata or one error: the largest. */
  limitsUsed(): Record<ProfilerLimit, LimitFigures> {
    return profilerLimits(this.limits, this.sanitizer, {
      traces: this.#kept,
      spans: { size: this.#largestTree, dropped: this.#droppedSpans },
      open: { size: this.#open.size, dropped: this.#evicted },
      operations: { size: this.#operations.size, dropped: this.#operations.cut },
    })
  }

  // What follows is for those who bring their own root traces: the recording of requests.

  /** The figures of an operation; `(other)` over the cap. Stays valid after a reset. */
  operation(name: string): OperationStats {
    return this.#operations.get(name)
  }

  /**
   * Has the roots that somebody else keeps in the profile, open and ended ones. What is to be counted
   * of them by {@link countRoot} and was not yet, is before `roots` returns.
   */
  includeRoots(roots: () => readonly ProfileTrace[]): void {
    this.#elsewhere.push(roots)
  }

  /** Counts a root that has ended, its time since a reset only. Both in monotonic milliseconds. */
  countRoot(startMs: number, endMs: number): void {
    this.#rootSeconds += Math.max(0, endMs - Math.max(startMs, this.#startMs)) / 1000
  }

  /** Keeps a root that was closed, for its spans. */
  keepRoot(root: ProfileTrace): void {
    this.#kept.push(root)
    const size = root.spans === null ? 0 : root.spans.length
    if (size > this.#largestTree) this.#largestTree = size
  }

  /** What knows in which trace the code that runs now is. */
  get context(): ScopeCarrier {
    return this.#context
  }

  /** Calls a function in a trace, so that what it traces becomes a part of that. */
  runIn(trace: ProfileTrace, fn: AnyFunction, thisArg: unknown, args: ArrayLike<unknown>): unknown {
    const context = this.#context
    if (!context.use.armed || !trace.isOpen) return Reflect.apply(fn, thisArg, args)
    trace.scope ??= new TraceScope(trace, this, context.current())
    return runInScope(context, trace.scope, fn, thisArg, args)
  }

  #rootsElsewhere(): ProfileTrace[] {
    return this.#elsewhere.flatMap((roots) => roots())
  }

  #wrap(fn: AnyFunction, givenName: string | undefined): AnyFunction {
    if (!this.enabled) return fn
    this.#context.use.arm()
    const name = givenName ?? (fn.name || '(anonymous)')
    if (!types.isGeneratorFunction(fn)) {
      // Bound: a function of ours in between would be one more frame in the stacks of the app.
      return wrapFunction(fn, this.#call.bind(this, fn, name, undefined))
    }
    return wrapFunction(fn, (thisArg, args) => {
      const generator = Reflect.apply(fn, thisArg, args) as object
      const scope = this.#currentScope()
      const begin = (step: Function): ProfileTrace =>
        this.#begin(name, undefined, this.#traceIn(scope), step)
      followGenerator(generator, (step) => new TracedCall(this, begin(step)))
      return generator
    })
  }

  /**
   * Calls a function as an operation, with the trace where `args` is `null`. In the stacks of the
   * app's errors are this frame and that of `entry`, which the app called, and no other of ours.
   */
  #call(
    fn: AnyFunction,
    name: string,
    metadata: Metadata | undefined,
    thisArg: unknown,
    args: unknown[] | null,
    entry: Function,
  ): unknown {
    const context = this.#context
    const outer = this.#currentScope()
    const trace = this.#begin(name, metadata, this.#traceIn(outer), entry)
    const call = new TracedCall(this, trace)
    let result: unknown
    try {
      context.enter((trace.scope = new TraceScope(trace, this, outer)))
      result = Reflect.apply(fn, thisArg, args ?? [trace])
    } catch (error) {
      try {
        call.failed(error)
      } catch {
        // As below; the error of the app goes on.
      }
      throw error
    } finally {
      context.enter(outer)
    }
    try {
      return followResult(result, call)
    } catch {
      // Where the stack ends, our own calls fail too. The app still gets what its function returned:
      // a promise that nobody was given would be rejected with nobody there to handle it.
      return result
    }
  }

  /** A trace whose scope is entered for the code that follows. */
  #declare(name: string, metadata: Metadata | undefined): ScopedTrace {
    const context = this.#context
    const outer = this.enabled ? this.#currentScope() : null
    const parent = this.#traceIn(outer)
    const label = this.#operations.ownName(name)
    const nowMs = clock.now()
    const trace = new ScopedTrace(label, nowMs, memoryNow(nowMs), this.sanitizer, parent)
    this.#adopt(trace, metadata, Profiler.prototype.traceContext)
    trace.end = () => {
      const { scope } = trace
      this.endTrace(trace)
      if (scope !== null && context.current() === scope) context.enter(scope.parent)
    }
    if (!this.enabled) return trace
    const scope = new TraceScope(trace, this, outer)
    scope.declaration = new Declaration(Profiler.prototype.traceContext)
    trace.scope = scope
    context.declare(scope)
    return trace
  }

  /** @param entry - The function of ours that the app called. */
  #begin(
    name: string,
    metadata: Metadata | undefined,
    parent: ProfileTrace | null,
    entry: Function,
  ): ProfileTrace {
    const label = this.#operations.ownName(name)
    const nowMs = clock.now()
    const trace = new ProfileTrace(label, nowMs, memoryNow(nowMs), this.sanitizer, parent)
    this.#adopt(trace, metadata, entry)
    return trace
  }

  /** Puts a trace that begins where it belongs. */
  #adopt(trace: ProfileTrace, metadata: Metadata | undefined, entry: Function): void {
    if (!this.enabled) return
    if (!trace.isRoot) {
      if (!trace.root.adopt(trace, this.limits.maxSpansPerTrace)) this.#droppedSpans++
    } else {
      this.#open.add(trace)
      if (this.#open.size > this.limits.maxOpenTraces) this.#evict()
    }
    if (metadata !== undefined) trace.addMetadata(metadata)
    if (this.#collectStackTrace) {
      trace.stackTrace = this.sanitizer.text(captureStackTrace(entry), 'stackTrace')
    }
  }

  #evict(): void {
    this.#open.remove(this.#open.oldest!)
    this.#evicted++
  }

  /** The scope that runs now, with this profiler marked as used. */
  #currentScope(): TraceScope | null {
    const context = this.#context
    context.use.arm()
    let scope = context.current()
    while (scope?.declaration?.hasLeaked()) {
      scope = scope.parent
      context.enter(scope)
    }
    return scope
  }

  /** The open trace of this profiler that a scope is in. */
  #traceIn(scope: TraceScope | null): ProfileTrace | null {
    while (scope !== null && (scope.trace === null || scope.owner !== this)) scope = scope.parent
    return scope === null ? null : scope.trace
  }
}
