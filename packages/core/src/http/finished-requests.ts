import { setImmediate } from 'node:timers'
import { clock } from '../clock.ts'
import { closeAll, type RequestLifecycle } from './request-lifecycle.ts'

// Those whose response was handed over in this turn of the event loop, each linked to the next.
let first: RequestLifecycle | null = null
let last: RequestLifecycle | null = null

/**
 * Ends a request, and all others that watch the same response, when the turn of the event loop is
 * over. Its response is handed over now, so its time ends now.
 *
 * What the app does when a response is done, such as hooks that say its route, is a part of the
 * request, and a connection that fails is up to Node 22 destroyed a moment later: at the end of the
 * turn both have come. That takes no listener for each request, and all of one turn end together.
 */
export function endAfterTurn(request: RequestLifecycle): void {
  // An app may emit `finish` once more.
  if (request.finishedMs !== 0) return
  const nowMs = clock.now()
  for (let each: RequestLifecycle | null = request; each !== null; each = each.sameResponse) {
    each.finishedMs = nowMs
  }
  if (last === null) {
    first = request
    setImmediate(endTurn)
  } else {
    last.nextFinished = request
  }
  last = request
}

/** Ends at once those that the app has nothing to add to. For who reads what was recorded. */
export function endFinished(): void {
  for (let each = first; each !== null; each = each.nextFinished) {
    if (each.res?.closed === true) closeAll(each)
  }
}

function endTurn(): void {
  try {
    for (let each = first; each !== null; each = each.nextFinished) closeAll(each)
  } finally {
    first = last = null
  }
}
