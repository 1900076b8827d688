import { AsyncLocalStorage } from 'node:async_hooks'
import { ContextUse } from './context-use.ts'
import type { ScopeCarrier } from './scope-carrier.ts'
import type { TraceScope } from './trace-scope.ts'

interface SharedContext {
  readonly storage: AsyncLocalStorage<TraceScope | undefined>
  readonly use: ContextUse
}

// On globalThis, so that an ESM and a CJS copy of this package, or two versions of it, have one
// context (https://github.com/cedarjs/cedar/issues/1779) and the process pays for one storage only.
const KEY = Symbol.for('mtaio.trace-context.4')

const { storage, use } = ((globalThis as Record<symbol, unknown>)[KEY] ??=
  makeContext()) as SharedContext

function makeContext(): SharedContext {
  const storage = new AsyncLocalStorage<TraceScope | undefined>()
  // To stop entering is not enough: Node 20 and 22 follow every promise while it is enabled.
  return { storage, use: new ContextUse(() => storage.disable()) }
}

/** Follows traces through callbacks, timers and promises. One for all profilers of the process. */
export const traceContext: ScopeCarrier = {
  use,
  followsEvents: true,

  current(): TraceScope | null {
    return storage.getStore() ?? null
  },

  enter(scope: TraceScope | null): void {
    storage.enterWith(scope ?? undefined)
  },

  declare(scope: TraceScope): void {
    storage.enterWith(scope)
  },
}
