import { expect, it } from 'vitest'
import { FRAMEWORKS } from '../support/small-app.mjs'
import { faultsOf, soak } from './soak.mjs'

// Two minutes in CI, one at home; `pnpm run soak -- --minutes 60` for longer.
const { CI, MTAIO_SOAK_SECONDS } = process.env
const SECONDS = Number(MTAIO_SOAK_SECONDS ?? (CI === undefined ? 60 : 120))

// Together: what is measured is what is held, not how fast it is.
it.concurrent.each(FRAMEWORKS)(
  'under load, aborts, errors, streams, scrapes and restarts %s holds no more than before, and counts every request',
  { timeout: (SECONDS + 60) * 1000 },
  async (framework) => {
    const rests = await soak(framework, SECONDS)
    expect(faultsOf(rests)).toEqual([])
    expect(rests.at(-1)!.requests).toBeGreaterThan(100)
  },
)
