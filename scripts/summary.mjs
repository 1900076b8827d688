// Sums up the test reports in a folder as one line: 'N passed, N failed'.
//
//   node scripts/summary.mjs folder

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { countOf } from './lib/test-report.mjs'

const folder = resolve(process.argv[2] ?? '.')
const counts = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => countOf(JSON.parse(readFileSync(join(folder, file), 'utf8'))))

/** @param {'passed' | 'failed' | 'skipped'} what */
const sum = (what) => counts.reduce((total, each) => total + each[what], 0)

const skipped = sum('skipped')
console.log(
  `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
)
