import { setImmediate } from 'node:timers'
import { clock } from '../clock.ts'
import { closeAll, type RequestLifecycle } from './request-lifecycle.ts'

// Those whose response was handed over in this turn of the event loop, each linked to the next.
let first: RequestLifecycle | null = null
let last: RequestLifecycle | null = null

/**
 * A response was handed over: how its request ended, is decided, and so for all that watch it. They
 * are told so when the turn of the event loop is over, since what the app does when a response is
 * done, such as hooks that say its route, is a part of the request. That takes no listener for each
 * request, and all of one turn end together.
 */
export function endAfterTurn(request: RequestLifecycle): void {
  // An app may emit `finish` once more.
  if (request.finishedMs !== 0) return
  const nowMs = clock.now()
  for (let each: RequestLifecycle | null = request; each !== null; each = each.sameResponse) {
    each.handedOver(nowMs)
  }
  add(request)
}

/** Ends at once those that the app has nothing to add to. For who reads what was recorded. */
export function endFinished(): void {
  if (first === null) return
  const open: RequestLifecycle[] = []
  for (let each = take(); each !== null; each = take()) {
    if (isClosed(each)) closeAll(each)
    else open.push(each)
  }
  for (const each of open) add(each)
}

function endTurn(): void {
  for (let each = take(); each !== null; each = take()) closeAll(each)
}

function add(request: RequestLifecycle): void {
  if (last === null) {
    first = request
    setImmediate(endTurn)
  } else {
    last.nextFinished = request
  }
  last = request
}

/** Takes out the one that has waited longest. */
function take(): RequestLifecycle | null {
  const request = first
  if (request !== null) {
    first = request.nextFinished
    request.nextFinished = null
    if (first === null) last = null
  }
  return request
}

function isClosed({ res }: RequestLifecycle): boolean {
  try {
    return res === null || res.closed
  } catch {
    // What an app has put in the place of its messages may throw.
    return false
  }
}
