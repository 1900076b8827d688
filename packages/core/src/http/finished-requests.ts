import { setImmediate } from 'node:timers'
import { clock } from '../clock.ts'
import { closeAll, type RequestLifecycle } from './request-lifecycle.ts'

/** So many may wait for the end of their turn when the next request comes in; together they cost less. */
const MOST_WAITING = 4

// Those whose response was handed over in this turn of the event loop, each linked to the next.
let first: RequestLifecycle | null = null
let last: RequestLifecycle | null = null
let count = 0
let isScheduled = false

/**
 * A response was handed over: how its request ended, is decided, and so for all that watch it. They
 * are told so when the turn of the event loop is over, since what the app does when a response is
 * done, such as hooks that say its route, is a part of the request. That takes no listener for each
 * request, and several end together, which costs each of them less.
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

/**
 * A request comes in, so what other responses set off when they were done has run: Node runs it
 * before it turns to another connection. Many connections are served in one turn of a busy server,
 * and if the messages of all of them were kept until its end, each garbage collection would copy
 * them, and V8 give the heap tens of megabytes more to do so more rarely.
 */
export function endWaiting(): void {
  if (count > MOST_WAITING) endTurn()
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

function onTurn(): void {
  isScheduled = false
  endTurn()
}

function endTurn(): void {
  for (let each = take(); each !== null; each = take()) closeAll(each)
}

function add(request: RequestLifecycle): void {
  if (last === null) first = request
  else last.nextFinished = request
  last = request
  count++
  if (isScheduled) return
  isScheduled = true
  setImmediate(onTurn)
}

/** Takes out the one that has waited longest. */
function take(): RequestLifecycle | null {
  const request = first
  if (request !== null) {
    first = request.nextFinished
    request.nextFinished = null
    count--
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
