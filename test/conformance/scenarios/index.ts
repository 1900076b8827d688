import type { Scenario } from '../harness/scenario.ts'
import { contextScenarios } from './async-context.ts'
import { departureScenarios } from './departures.ts'
import { errorScenarios } from './errors.ts'
import { labelScenarios } from './route-labels.ts'
import { messageScenarios } from './messages.ts'
import { mountingScenarios } from './mounting.ts'
import { streamScenarios } from './streams.ts'

/** The table: what must happen in every framework, whatever goes wrong. */
export const scenarios: readonly Scenario[] = [
  ...departureScenarios,
  ...errorScenarios,
  ...streamScenarios,
  ...messageScenarios,
  ...mountingScenarios,
  ...labelScenarios,
  ...contextScenarios,
]
