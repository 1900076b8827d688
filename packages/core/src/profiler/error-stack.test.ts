import { afterEach, beforeEach, expect, test } from 'vitest'
import { Profiler } from './profiler.ts'

const DEPTH = 10
/** Frames that one traced call may put between the app's own: what it called, and what calls it. */
const MOST_FRAMES = 2

const { stackTraceLimit } = Error
beforeEach(() => {
  Error.stackTraceLimit = 200
})
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit
})

/** The frames in the stack of an error below `depth` calls, each made by `nest`. */
function framesBelow(depth: number, nest: (next: () => number) => number): number {
  return depth === 0
    ? new Error('here').stack!.split('\n    at ').length
    : nest(() => framesBelow(depth - 1, nest))
}

test.each<[string, Profiler]>([
  ['', new Profiler()],
  [', through synchronous calls only,', new Profiler({ traceAsyncTasks: false })],
])('a traced call%s takes little of the stack of an error', (_, profiler) => {
  const apps = framesBelow(DEPTH, (next) => next())
  const most = apps + DEPTH * MOST_FRAMES
  const nested = framesBelow(DEPTH, (next) => profiler.traceContext('nested', next))
  const traced = framesBelow(DEPTH, (next) => profiler.trace(next, { name: 'traced' })())
  expect(nested).toBeGreaterThan(apps)
  expect(nested).toBeLessThanOrEqual(most)
  expect(traced).toBeGreaterThan(apps)
  expect(traced).toBeLessThanOrEqual(most)
})

test('two traced calls leave the default stack room for the app', () => {
  Error.stackTraceLimit = 10
  const profiler = new Profiler()
  const fails = (): string => new Error('fails').stack!
  const nest = (fn: () => string) => () => profiler.traceContext('nested', fn)
  function callerInTheApp(): string {
    return nest(nest(fails))()
  }
  expect(callerInTheApp()).toContain('callerInTheApp')
})
