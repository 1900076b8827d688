import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DemoServer, FRAMEWORKS } from '../demo/demo-server.ts'
import { planVisits, send } from '../demo/visits.ts'
import { launch, SKIP } from './support/chromium.ts'
import { DESKTOP, openPage, PHONE } from './support/open-page.ts'

describe.skipIf(SKIP).for(FRAMEWORKS)('the page of the demo on %s', (framework) => {
  let browser: Browser
  let demo: DemoServer

  beforeAll(async () => {
    browser = await launch()
    demo = await DemoServer.start(framework)
    await send(demo.port, planVisits(200), 8)
  })

  afterAll(async () => {
    await browser.close()
    await demo[Symbol.asyncDispose]()
  })

  test.for([
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ] as const)(
    'leads in three clicks from the failing route to the line that threw, on a %s',
    async ([, viewport]) => {
      const { page, messages } = await openPage(browser, demo.url('/_monitor'), { viewport })
      await page.locator('.link.live').waitFor()
      // Without a click the failing route stands out.
      await page.locator('.verdict', { hasText: '/report/:id' }).waitFor()
      await page.locator('#routes tr.line', { hasText: '/report/:id' }).locator('b.bad').waitFor()

      await page.locator('#routes tr.line', { hasText: '/report/:id' }).click()
      await page.getByRole('tab', { name: /Errors/ }).click()
      await page.locator('#requests a.request-link').first().click()
      await page
        .locator('#request .stack b', { hasText: /src\/shop\.ts:\d+|shop\.js:\d+/ })
        .first()
        .waitFor()
      await page.locator('#request .wf-text', { hasText: 'renderReport' }).waitFor()

      const href = await page.getByRole('link', { name: 'Chrome trace' }).getAttribute('href')
      const trace = await page.request.get(href ?? '')
      expect(trace.ok()).toBe(true)
      expect(await trace.json()).toHaveProperty('traceEvents')
      expect(messages).toEqual([])
      await page.context().close()
    },
  )

  test('shows repeated calls, an example of each latency, and the profiler', async () => {
    const { page, messages } = await openPage(browser, demo.url('/_monitor/'))
    await page.locator('#routes tr.line', { hasText: '/orders/:id' }).click()
    await page.locator('#routes .bar-fill.example').first().click()
    await page.locator('#request .badge', { hasText: 'N+1' }).waitFor()
    await page.locator('#profiler').scrollIntoViewIfNeeded()
    await page.locator('#profiler tr.line', { hasText: 'search.index' }).waitFor()
    expect(messages).toEqual([])
  })
})
