import type { Signal } from '@preact/signals'
import { effect, signal, untracked } from '@preact/signals'
import { beat } from '../state/live.ts'

/** What is asked for, and how often. */
export interface Ask<T> {
  /** A new key is asked for at once; answers to an old one are dropped. */
  readonly key: string
  readonly load: () => Promise<T>
  readonly everySeconds: number
}

/** The last answer. While a new key loads, the answer to the old one stays. */
export interface Answer<T> {
  readonly key: string
  readonly data: T | null
  readonly error: Error | null
}

/**
 * A document of the API that is read anew with the ticks: none comes while the view is paused or the
 * server is away, and none is asked for then.
 *
 * @param ask reads signals and is given the last answer; `null` asks for nothing.
 */
export function resource<T>(
  ask: (last: Answer<T> | null) => Ask<T> | null,
): Signal<Answer<T> | null> {
  const answer = signal<Answer<T> | null>(null)
  let key: string | null = null
  let askedMs = -Infinity
  let waiting = false

  effect(() => {
    void beat.value
    const next = ask(answer.peek())
    if (next === null) {
      key = null
      untracked(() => (answer.value = null))
      return
    }
    const isNew = next.key !== key
    // In the background the page polls for its title alone.
    const isDue =
      !document.hidden && performance.now() - askedMs >= next.everySeconds * 1000 - TICK_JITTER_MS
    if (!isNew && (waiting || !isDue)) return
    key = next.key
    askedMs = performance.now()
    waiting = true
    void settle(next)
  })

  async function settle(asked: Ask<T>): Promise<void> {
    let settled: Answer<T>
    try {
      settled = { key: asked.key, data: await asked.load(), error: null }
    } catch (error) {
      const old = answer.peek()
      const data = old?.key === asked.key ? old.data : null
      settled = {
        key: asked.key,
        data,
        error: error instanceof Error ? error : new Error(String(error)),
      }
    }
    if (asked.key !== key) return
    waiting = false
    answer.value = settled
  }

  return answer
}

/** A tick that comes a little early must not wait for the next one. */
const TICK_JITTER_MS = 200
