import type { AlertDocument, HealthDocument } from './api-types.ts'

/** What health is told from. */
export interface HealthFacts {
  /** Whether the monitor has been started and not stopped. */
  readonly running: boolean
  /** Milliseconds since the last sample, or since the start; null when it does not run. */
  readonly sampleAgeMs: number | null
  readonly intervalMs: number
  readonly firing: readonly AlertDocument[]
}

/** A sample may be this late, in milliseconds, and three intervals, before it counts as missing. */
const GRACE_MS = 5000

/**
 * The process is healthy while it runs and its samples come. Thresholds that are exceeded are said
 * as warnings and do not fail it: a probe that restarts a busy app or takes it out of the balancer
 * loads the others more. Who wants that asks `health?alerts=fail`.
 */
export function healthDocument(facts: HealthFacts, alertsFail: boolean): HealthDocument {
  const { running, sampleAgeMs, intervalMs, firing } = facts
  const isLate = sampleAgeMs !== null && sampleAgeMs > 3 * intervalMs + GRACE_MS
  const checks: HealthDocument['checks'][number][] = [
    {
      name: 'monitor',
      status: running ? 'ok' : 'failing',
      message: running ? null : 'The monitor is not running: the app is starting or stopping.',
    },
    {
      name: 'sampling',
      status: isLate ? 'failing' : 'ok',
      message: isLate
        ? `The last sample is ${(sampleAgeMs / 1000).toFixed(1)} s old: the event loop was blocked.`
        : null,
    },
  ]
  for (const { metric, value, threshold, message } of firing) {
    const text = message ?? `${metric} is ${short(value)}, over ${short(threshold)}.`
    checks.push({ name: metric, status: alertsFail ? 'failing' : 'warning', message: text })
  }
  const isFailing = checks.some(({ status }) => status === 'failing')
  return { status: isFailing ? 'failing' : 'ok', checks }
}

/** For somebody nobody knows: the words of the checks may say more than they should. */
export function withoutMessages(document: HealthDocument): HealthDocument {
  const checks = document.checks.map(({ name, status }) => ({ name, status, message: null }))
  return { status: document.status, checks }
}

function short(value: number | null): string {
  return value === null ? 'not known' : String(Number(value.toPrecision(4)))
}
