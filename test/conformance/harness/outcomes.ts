import type { RequestTrace } from '@mtaio/core'
import { until } from '../../support/raw-http.ts'

/** `ok 200 /route` of each request. */
export function outcomes(records: readonly RequestTrace[]): string[] {
  return records.map(({ outcome, status, entry }) => `${outcome} ${status} ${entry?.route}`)
}

/** Counts what handlers have come to, so that clients can wait for it. */
export class Arrivals {
  count = 0

  arrive(): void {
    this.count++
  }

  /** @param count How many in all. */
  async wait(count = 1): Promise<void> {
    await until(`${count} handlers run`, () => this.count >= count)
  }
}
