import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { assets } from '@mtaio/dashboard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, SKIP } from './support/chromium.ts'
import { FixtureServer } from './support/fixture-server.ts'
import { openPage } from './support/open-page.ts'

const KIB = 1024

test('page, script and style weigh at most 80 KB together, gzipped', () => {
  const weight = [...assets.values()].reduce((sum, asset) => sum + asset.gzip.length, 0)
  expect(weight).toBeLessThanOrEqual(80 * 1000)
})

test('the assets are whole, hashed by their names, and without inline script or style', () => {
  expect([...assets.keys()].toSorted()).toEqual([
    expect.stringMatching(/^assets\/app-[\w-]{8}\.(css|js)$/),
    expect.stringMatching(/^assets\/app-[\w-]{8}\.(css|js)$/),
    'favicon.svg',
    'index.html',
  ])
  for (const [name, asset] of assets) {
    expect(Buffer.from(asset.identity).equals(gunzipSync(asset.gzip))).toBe(true)
    expect(asset.immutable).toBe(name.startsWith('assets/'))
    const hash = createHash('sha256').update(asset.identity).digest('base64url')
    expect(asset.etag).toBe(`"${hash.slice(0, 22)}"`)
  }
  const html = Buffer.from(assets.get('index.html')?.identity ?? '').toString()
  expect(html).toContain('<base href="./"')
  expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*src=)/)
  const css = [...assets].find(([name]) => name.endsWith('.css'))?.[1]
  expect(Buffer.from(css?.identity ?? '').toString()).not.toMatch(/url\(|@import/)
})

describe.skipIf(SKIP)('a tick is cheap', () => {
  let browser: Browser
  let server: FixtureServer

  beforeAll(async () => {
    browser = await launch()
    server = await FixtureServer.start({ scenario: 'busy', moreRoutes: 195, tickMs: 0 })
  })

  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  test.for([300, 3600])(
    'with 200 routes and an hour of history, %i seconds of it shown, it takes less than 16 ms',
    async (range) => {
      const { page, session } = await openAll(browser, `${server.url}?range=${range}`)
      const cost = async (act: () => void): Promise<number> => {
        const before = await metric(session, 'TaskDuration')
        act()
        // Two frames: what came with the tick is handled and drawn.
        await page.evaluate(
          () =>
            new Promise((resolve) => {
              setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 40)
            }),
        )
        return (await metric(session, 'TaskDuration')) - before
      }
      for (let i = 0; i < 10; i++) await cost(() => server.tick())
      const ticks: number[] = []
      // What measuring itself costs: the same without a tick.
      const idles: number[] = []
      for (let i = 0; i < 40; i++) {
        ticks.push(await cost(() => server.tick()))
        idles.push(await cost(() => undefined))
      }
      const spent = (median(ticks) - median(idles)) * 1000
      console.log(`${range} s shown: a tick takes ${spent.toFixed(1)} ms of the main thread`)
      expect(spent).toBeLessThan(16)
      await page.context().close()
    },
  )

  test('half an hour of them leaves no memory behind', async () => {
    const { page, session } = await openAll(browser, server.url)
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage')
      return metric(session, 'JSHeapUsedSize')
    }
    // Half an hour of ticks, as fast as they go.
    for (let i = 0; i < 200; i++) server.tick()
    await page.waitForTimeout(500)
    const before = await heap()
    for (let round = 0; round < 18; round++) {
      for (let i = 0; i < 100; i++) server.tick()
      await page.waitForTimeout(150)
    }
    await page.waitForTimeout(500)
    const grown = (await heap()) - before
    console.log(`after 1,800 ticks: ${Math.round(grown / KIB)} KiB more`)
    expect(grown).toBeLessThan(1024 * KIB)
  }, 120_000)
})

/** A page with every route in its table. */
async function openAll(
  browser: Browser,
  url: string,
): Promise<{ readonly page: Page; readonly session: CDPSession }> {
  const { page } = await openPage(browser, url)
  await page.getByRole('button', { name: /Show all 200 routes/ }).click()
  await expect.poll(() => page.locator('#routes tr.line').count()).toBe(200)
  await page.evaluate(() => scrollTo(0, 0))
  const session = await page.context().newCDPSession(page)
  // Time of the thread, not of the clock: what else the machine does is not in it.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return { page, session }
}

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find((found) => found.name === name)?.value ?? 0
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}
