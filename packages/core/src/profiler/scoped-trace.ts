import { ProfileTrace } from './profile-trace.ts'

/**
 * A trace that ends with the block that it is declared in.
 *
 * @example
 * await using t = profiler.traceContext('import')
 * t.addMetadata({ rows: await importRows() })
 */
export class ScopedTrace extends ProfileTrace implements Disposable, AsyncDisposable {
  /** Ends the trace and leaves its scope. Set by the profiler. */
  end: () => void = noop

  // Getters, as a declaration reads the method at once: it tells which function declares.

  get [Symbol.dispose](): () => void {
    this.scope?.declaration?.seen()
    return this.end
  }

  get [Symbol.asyncDispose](): () => Promise<void> {
    this.scope?.declaration?.seen()
    return async () => this.end()
  }
}

function noop(): void {}
