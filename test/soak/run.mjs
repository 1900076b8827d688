// pnpm run soak -- --minutes 60        two minutes unless told

import { parseArgs } from 'node:util'
import { FRAMEWORKS } from '../support/small-app.mjs'
import { faultsOf, soak } from './soak.mjs'

const args = process.argv.slice(2).filter((arg) => arg !== '--')
const { values } = parseArgs({ args, options: { minutes: { type: 'string', default: '2' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new RangeError('--minutes must be a number above 0')

const results = await Promise.all(
  FRAMEWORKS.map(async (framework) => ({ framework, rests: await soak(framework, minutes * 60) })),
)
for (const { framework, rests } of results) {
  const faults = faultsOf(rests)
  const last = rests.at(-1)
  const mb = (/** @type {number | undefined} */ bytes) => ((bytes ?? 0) / 2 ** 20).toFixed(1)
  console.log(
    `${framework}: ${last?.requests} requests (${last?.aborted} aborted, ${last?.errors} errors), ` +
      `heap ${mb(rests[0]?.heap)} -> ${mb(last?.heap)} MB, RSS ${mb(rests[0]?.rss)} -> ${mb(last?.rss)} MB`,
  )
  for (const fault of faults) console.error(`  ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
