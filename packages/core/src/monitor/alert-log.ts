import { cutText } from '../cut-text.ts'
import type { Limits } from '../limits.ts'
import { RingBuffer } from '../metrics/ring-buffer.ts'
import type { Alert, OpenAlert } from './alert.ts'

/** The alerts that fire, and the last of those that are over. */
export class AlertLog {
  readonly #open = new Set<OpenAlert>()
  readonly #past: RingBuffer<{ readonly alert: OpenAlert; readonly untilMs: number }>
  readonly #maxMessage: number
  #raised = 0
  #longestMessage = 0
  #messagesCut = 0

  constructor({ maxAlerts, maxErrorLength }: Pick<Limits, 'maxAlerts' | 'maxErrorLength'>) {
    this.#past = new RingBuffer(maxAlerts)
    this.#maxMessage = maxErrorLength
  }

  /** Characters of the longest message as it is kept, and how many messages were cut. */
  get messages(): { longest: number; cut: number } {
    return { longest: this.#longestMessage, cut: this.#messagesCut }
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

  /** A message as it may be kept. */
  cut(message: string): string {
    const kept = cutText(message, this.#maxMessage)
    if (kept.length < message.length) this.#messagesCut++
    this.#longestMessage = Math.max(this.#longestMessage, kept.length)
    return kept
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
