import { RingBuffer } from '../metrics/ring-buffer.ts'
import type { Alert, OpenAlert } from './alert.ts'

/** The alerts that fire, and the last of those that are over. */
export class AlertLog {
  readonly #open = new Set<OpenAlert>()
  readonly #past: RingBuffer<{ readonly alert: OpenAlert; readonly untilMs: number }>
  #raised = 0

  /** @param maxPast How many past alerts are kept. */
  constructor(maxPast: number) {
    this.#past = new RingBuffer(maxPast)
  }

  /** `raised` since the start, `firing` now, `past` kept, `dropped` past ones not kept any more. */
  get counts(): { raised: number; firing: number; past: number; dropped: number } {
    return {
      raised: this.#raised,
      firing: this.#open.size,
      past: this.#past.size,
      dropped: this.#past.dropped,
    }
  }

  /** Those that fire now, the oldest first. */
  firing(): Alert[] {
    return Array.from(this.#open, (alert) => alert.snapshot())
  }

  /** Those that are over, the newest first. */
  past(): Alert[] {
    return Array.from(this.#past, ({ alert, untilMs }) => alert.snapshot(untilMs)).toReversed()
  }

  open(alert: OpenAlert): void {
    this.#raised++
    this.#open.add(alert)
  }

  /** Ends an alert that fires. */
  close(alert: OpenAlert, untilMs: number): void {
    this.#open.delete(alert)
    this.#past.push({ alert, untilMs })
  }

  /** Adds an alert that is an event: over as soon as it was raised. */
  note(alert: OpenAlert): void {
    this.#raised++
    this.#past.push({ alert, untilMs: alert.sinceMs })
  }
}
