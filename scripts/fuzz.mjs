// Runs what throws random input at mtaio for longer than the test suite does, each time with another
// seed: bytes and questions for /_monitor, options, and orders of events on a connection.
//
//   pnpm run fuzz -- --runs 20000 --seed 7       2000 runs unless told, a new seed

import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const TESTS = ['test/status/fuzz', 'test/security/options', 'test/property']

const args = process.argv.slice(2).filter((arg) => arg !== '--')
const { values } = parseArgs({
  args,
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
})
for (const [name, value] of Object.entries(values)) {
  if (!/^\d+$/.test(value)) throw new RangeError(`--${name} must be a whole number`)
}
console.log(`${values.runs} runs with seed ${values.seed}`)

const child = spawn(
  process.execPath,
  [resolve('node_modules/vitest/vitest.mjs'), 'run', ...TESTS, '--testTimeout=0'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      MTAIO_FUZZ_RUNS: values.runs,
      MTAIO_FUZZ_SEED: values.seed,
      // Each of these is a whole connection.
      MTAIO_PROPERTY_RUNS: String(Math.ceil(Number(values.runs) / 10)),
      MTAIO_PROPERTY_SEED: values.seed,
    },
  },
)
child.once('close', (code) => {
  process.exitCode = code ?? 1
})
