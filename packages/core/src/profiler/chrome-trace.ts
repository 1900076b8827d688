import { clock } from '../clock.ts'
import type { ProfileTrace } from './profile-trace.ts'
import { TraceTracks } from './trace-tracks.ts'

interface ChromeEvent {
  readonly name: string
  readonly ph: 'X' | 'M'
  readonly pid: number
  readonly tid: number
  readonly ts?: number
  readonly dur?: number
  readonly cat?: string
  readonly args: Readonly<Record<string, unknown>>
}

/** A file in the trace event format, which Perfetto and chrome://tracing open. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms'
  readonly traceEvents: readonly ChromeEvent[]
  readonly otherData: Readonly<Record<string, unknown>>
}

/**
 * Lays traces out as complete events. An operation is drawn below its parent when it fits between
 * the parent's start and end and does not overlap a sibling that is there; else it gets a track of
 * its own, since viewers nest what is on one track by time alone.
 *
 * @param traces - Roots and the spans below them, in any order.
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function toChromeTrace(traces: Iterable<ProfileTrace>): ChromeTrace {
  const { displayTimeUnit, otherData } = chromeFacts()
  return { displayTimeUnit, traceEvents: [...chromeEvents(traces)], otherData }
}

/** What is in such a file beside its events. */
export function chromeFacts(): Omit<ChromeTrace, 'traceEvents'> {
  // Timestamps in the events are microseconds since this moment.
  return { displayTimeUnit: 'ms', otherData: { startTime: clock.toEpochSeconds(0) } }
}

/** The events of such a file, made one by one: thousands at once would hold up the app. */
export function* chromeEvents(
  traces: Iterable<ProfileTrace>,
): Generator<ChromeEvent, void, undefined> {
  const nowMs = clock.now()
  const { pid } = process
  const tracks = new TraceTracks()
  const spans = Array.from(traces, (trace) => ({
    trace,
    id: trace.id,
    parentId: trace.parentId,
    startNs: nanoseconds(trace.startMs),
    endNs: nanoseconds(trace.isOpen ? nowMs : trace.endMs),
  }))
  yield { name: 'process_name', ph: 'M', pid, tid: 0, args: { name: process.title } }
  for (const { span, track } of tracks.place(spans)) {
    yield {
      name: span.trace.name,
      ph: 'X',
      cat: 'mtaio',
      pid,
      tid: track,
      ts: span.startNs / 1000,
      dur: (span.endNs - span.startNs) / 1000,
      args: argumentsOf(span.trace),
    }
  }
}

/** Whole nanoseconds: start and duration must add up to the end exactly, or viewers nest wrongly. */
function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6)
}

function argumentsOf(trace: ProfileTrace): Record<string, unknown> {
  const { id, parentId, metadata, memoryDelta, stackTrace, error } = trace.toJSON()
  return {
    id,
    ...(parentId !== null && { parentId }),
    ...(trace.isOpen && { open: true }),
    ...(memoryDelta !== null && { memoryDelta }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(error !== null && { error }),
    ...(stackTrace !== null && { stackTrace }),
  }
}
