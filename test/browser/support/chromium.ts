import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The machine's own Chromium; undefined where there is none. */
const CHROMIUM: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'chromium'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const REQUIRED = process.env['MTAIO_REQUIRE_ALL'] === '1'

/** Whether tests in a browser are left out: they are not where all is asked for. */
export const SKIP: boolean = CHROMIUM === undefined && !REQUIRED

if (SKIP) console.warn('No chromium on the PATH: the tests of the page are skipped.')

/** Starts the browser. */
export async function launch(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('No chromium on the PATH, and MTAIO_REQUIRE_ALL=1.')
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
}
