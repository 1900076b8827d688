import { describe, it } from 'vitest'
import { scenarios } from '../scenarios/index.ts'
import type { Protocol, Subject } from '../subjects/subject.ts'
import { perform } from './perform.ts'

const PROTOCOLS: readonly Protocol[] = ['HTTP/1.1', 'HTTP/2']

/** Runs the whole table on these frameworks, over each protocol that they speak. */
export function conform(subjects: readonly Subject[]): void {
  for (const subject of subjects) {
    describe(subject.name, () => {
      for (const protocol of PROTOCOLS) {
        if (subject.protocols.includes(protocol)) table(subject, protocol)
      }
    })
  }
}

function table(subject: Subject, protocol: Protocol): void {
  describe(protocol, () => {
    for (const scenario of scenarios) {
      const { name, over, except } = scenario
      if (over !== 'both' && over !== protocol) continue
      // What a framework cannot express is no test of it; the row says why.
      if ((except?.(subject, protocol) ?? null) !== null) continue
      // oxlint-disable-next-line vitest/expect-expect -- perform() does.
      it(name, () => perform(scenario, subject, protocol))
    }
  })
}
