import { AsyncLocalStorage, AsyncResource, executionAsyncResource } from 'node:async_hooks'
import { CallFrame } from './call-frame.ts'
import { afterThisSegment } from './segment.ts'

/**
 * Where a scope without a callback was entered, so that code that is not a part of it can be told
 * apart: an entered scope stays for whatever runs after it in the same place, for the caller of an
 * async function as for the next request of a connection (nodejs/node#45848).
 */
export class Declaration {
  /** Who declares; `null` when no caller can be confused with it any more. */
  #frame: CallFrame | null
  readonly #resource: object | null = null

  /** @param callee - The function of ours that was called for the declaration. */
  constructor(callee: Function) {
    this.#frame = CallFrame.callerOf(callee)
    if (entersResources()) this.#resource = executionAsyncResource()
    afterThisSegment(() => {
      this.#frame = null
    })
  }

  /** Told when the declaration itself runs, by a function that it calls. */
  seen(): void {
    this.#frame?.declared()
  }

  /** Whether the code that runs now has the scope only because nothing has left it. */
  hasLeaked(): boolean {
    if (this.#frame !== null) return !this.#frame.isRunning()
    return this.#resource !== null && executionAsyncResource() === this.#resource
  }
}

let sticky: boolean | undefined

/**
 * Whether a scope is entered for a resource - a socket, a timer - and is found again at its next
 * event. So it is on Node 20 and 22. What follows an `await` runs in the resource of its promise.
 */
function entersResources(): boolean {
  if (sticky === undefined) {
    const probe = new AsyncLocalStorage<true>()
    const resource = new AsyncResource('mtaio')
    resource.runInAsyncScope(() => probe.enterWith(true))
    sticky = resource.runInAsyncScope(() => probe.getStore()) === true
    probe.disable()
  }
  return sticky
}
