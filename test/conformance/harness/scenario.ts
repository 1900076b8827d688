import type { Mtaio, MtaioOptions, RequestTrace } from '@mtaio/core'
import type { AppPlan, Protocol, Subject } from '../subjects/subject.ts'
import type { Client, RawClient } from './client.ts'

/** What the scenario is played on. */
export interface Stage {
  readonly subject: Subject
  readonly protocol: Protocol
  /** null when the app runs bare. */
  readonly mtaio: Mtaio | null
  /** A span in the trace of the request; the function alone when the app runs bare. */
  span<T>(name: string, fn: () => T): T
}

export interface Play<C extends Client = Client> {
  readonly plan: AppPlan
  /** What clients do; brings every request to an end. */
  traffic(client: C): Promise<void>
  /** What mtaio must have recorded. */
  check(seen: Seen): void | Promise<void>
  /** Requests that the framework answers before any plug-in sees them. @default 0 */
  readonly unseen?: number
}

export interface Seen {
  readonly mtaio: Mtaio
  /** As they ended; the last 200. */
  readonly records: readonly RequestTrace[]
  /** What the client got, by connection or stream. */
  readonly transcript: readonly string[]
}

interface Common {
  /** What must happen. */
  readonly name: string
  readonly options?: MtaioOptions
  /** Why a framework cannot express this; null where it can. */
  readonly except?: (subject: Subject, protocol: Protocol) => string | null
  /** Why the answers of the app with and without mtaio cannot be compared. */
  readonly incomparable?: string
}

/** A row of the table: made anew for the app with mtaio and for the same app without. */
export type Scenario =
  | (Common & {
      readonly over: 'HTTP/1.1'
      readonly make: (stage: Stage) => Play<RawClient>
    })
  | (Common & {
      readonly over: 'both'
      readonly make: (stage: Stage) => Play
    })

/** For `except`: only this framework has what the scenario is about. */
export function only(
  framework: Subject['framework'],
  what: string,
): NonNullable<Scenario['except']> {
  return (subject) => (subject.framework === framework ? null : `${subject.name} has no ${what}`)
}
