import { AsyncLocalStorage } from 'node:async_hooks'
import { MtaioError } from '../errors.ts'
import { describeError } from '../logger.ts'
import type { Log } from '../logger.ts'
import type { Alert } from './alert.ts'
import type { SelfCost } from './self-cost.ts'

/**
 * Called with an alert. May be async; what it returns is only waited for, never used. An alert that a
 * handler raises while it runs is told to the other handlers.
 *
 * `value` is NaN for an alert raised by hand without one, and `threshold` is NaN for one on a
 * metric without a threshold; in `alert` both are `null` then.
 */
export type AlertHandler = (
  metric: string,
  value: number,
  threshold: number,
  alert: Alert,
) => unknown

/** What there is of a handler. */
interface Registered {
  /** Calls it in the async context that it was added in. */
  readonly inContext: ReturnType<typeof AsyncLocalStorage.snapshot>
  /** The alerts whose calls are still under way. */
  readonly pending: Set<string>
  /** It runs now: an alert that it raises is not its own to handle, or it would never end. */
  isRunning: boolean
}

/** Calls of one handler under way at once; those for one alert never overlap. More are skipped. */
const MAX_PENDING_CALLS = 100

/**
 * Handlers of one kind. One that is slow, throws, rejects or never settles disturbs neither the
 * others nor who calls them. They are called in the async context that they were added in: an alert
 * is raised by a tick, by who records a value, or by a request of many that ended together.
 */
export class AlertHandlers {
  readonly #log: Log
  readonly #cost: SelfCost
  readonly #handlers = new Map<AlertHandler, Registered>()

  constructor(log: Log, cost: SelfCost) {
    this.#log = log
    this.#cost = cost
  }

  add(handler: AlertHandler): void {
    if (typeof handler !== 'function') {
      throw new MtaioError(
        'MTAIO_OPTION_INVALID',
        `An alert handler must be a function (metric, value, threshold, alert) => …, not ${typeof handler}.`,
      )
    }
    if (this.#handlers.has(handler)) return
    this.#handlers.set(handler, {
      inContext: AsyncLocalStorage.snapshot(),
      pending: new Set(),
      isRunning: false,
    })
  }

  remove(handler: AlertHandler): boolean {
    return this.#handlers.delete(handler)
  }

  /** @param value The value now, where it is not that of the alert. */
  call(alert: Alert, value: number | null = alert.value): void {
    for (const [handler, registered] of this.#handlers) {
      const { inContext, pending, isRunning } = registered
      if (isRunning || pending.has(alert.id) || pending.size >= MAX_PENDING_CALLS) {
        this.#cost.skippedCalls++
        continue
      }
      registered.isRunning = true
      try {
        const { metric, threshold } = alert
        const result = inContext(handler, metric, value ?? NaN, threshold ?? NaN, alert)
        if (isThenable(result)) void this.#await(result, handler, pending, alert.id)
      } catch (error) {
        this.#fail(handler, error)
      } finally {
        registered.isRunning = false
      }
    }
  }

  async #await(
    result: PromiseLike<unknown>,
    handler: AlertHandler,
    pending: Set<string>,
    id: string,
  ): Promise<void> {
    pending.add(id)
    try {
      await result
    } catch (error) {
      this.#fail(handler, error)
    } finally {
      pending.delete(id)
    }
  }

  #fail(handler: AlertHandler, error: unknown): void {
    this.#cost.failedHandlers++
    const name = handler.name === '' ? '(anonymous)' : handler.name
    this.#log.error(
      'MTAIO_HANDLER_FAILED',
      name,
      `The alert handler ${name} failed; sampling and the other handlers go on. ${describeError(error)}`,
    )
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
