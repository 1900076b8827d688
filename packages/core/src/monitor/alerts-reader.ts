import { clock } from '../clock.ts'
import type { Alert } from './alert.ts'
import type { AlertLog } from './alert-log.ts'
import type { WatchedThreshold } from './threshold.ts'
import type { Thresholds } from './thresholds.ts'

/** What a monitor knows of its alerts. */
export interface AlertsReader {
  /** Those that fire now, the oldest first. */
  firing(): Alert[]
  /** Those that are over, the newest first; at most `limits.maxAlerts`. */
  past(): Alert[]
  /** The thresholds in force. */
  thresholds(): WatchedThreshold[]
}

export function alertsReader(log: AlertLog, thresholds: Thresholds): AlertsReader {
  const current = (): AlertLog => {
    // On a monitor that does not run there is no tick that would do it.
    thresholds.expire(clock.now())
    return log
  }
  return {
    firing: () => current().firing(),
    past: () => current().past(),
    thresholds: () => thresholds.list(),
  }
}
