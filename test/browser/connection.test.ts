import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launch, SKIP } from './support/chromium.ts'
import { FixtureServer } from './support/fixture-server.ts'
import { openPage } from './support/open-page.ts'

describe.skipIf(SKIP)('the page keeps in touch', () => {
  let browser: Browser
  let server: FixtureServer

  beforeAll(async () => {
    browser = await launch()
  })

  afterAll(async () => {
    await browser.close()
  })

  beforeEach(async () => {
    server = await FixtureServer.start({ scenario: 'calm' })
  })

  afterEach(async () => {
    await server.close()
  })

  test('when the stream is cut it polls, says so, and takes the stream up again', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('.link.live').waitFor()
    server.refuseStream = true
    server.cutStreams()
    await page.locator('.link.polling', { hasText: 'polling' }).waitFor()
    const polls = server.seen.filter((path) => path === '/api/snapshot').length
    const total = page.locator('.figure .sub').first()
    const before = await total.textContent()
    await expect.poll(() => total.textContent(), { timeout: 5000 }).not.toBe(before)
    expect(server.seen.filter((path) => path === '/api/snapshot').length).toBeGreaterThan(polls)
    server.refuseStream = false
    await page.locator('.link.live').waitFor({ timeout: 20_000 })
  })

  test('when the server is gone it says since when, and comes back with it', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('.link.live').waitFor()
    await server.close()
    await page.locator('.link.lost', { hasText: /stale since \d\d:\d\d:\d\d/ }).waitFor()
    await page.getByRole('alert').getByText('The server does not answer').waitFor()
    await expect.poll(() => page.title()).toBe('✕ no answer · shop-api · mtaio')
    server.app.restart()
    await server.listen()
    await page.locator('.link.live').waitFor({ timeout: 20_000 })
    await page.getByText('The process was started anew').waitFor()
    expect(await page.locator('.facts').textContent()).toContain(`pid ${server.app.pid}`)
  })

  test('a stream on which nothing comes is found by its silence', async () => {
    const silent = await FixtureServer.start({ scenario: 'calm', tickMs: 0 })
    const { page } = await openPage(browser, silent.url)
    silent.tick()
    await page.locator('.link.live').waitFor()
    await expect
      .poll(() => page.locator('.link').textContent(), { timeout: 15_000 })
      .toContain('polling')
    await silent.close()
  })

  test('in the background it leaves its connection to the app, and its title still tells', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('.link.live').waitFor()
    expect(server.viewers).toBe(1)
    await setHidden(page, true)
    await expect.poll(() => server.viewers, { timeout: 15_000 }).toBe(0)
    server.app.become('busy')
    await expect.poll(() => page.title(), { timeout: 25_000 }).toBe('▲ 2 · shop-api · mtaio')
    expect(server.viewers).toBe(0)
    await setHidden(page, false)
    await page.locator('.link.live').waitFor()
    expect(server.viewers).toBe(1)
    // A short look elsewhere changes nothing.
    await setHidden(page, true)
    await page.waitForTimeout(2000)
    await setHidden(page, false)
    expect(server.seen.filter((path) => path === '/api/stream')).toHaveLength(2)
  })

  test('in the background it goes on to say that the server does not answer', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('.link.live').waitFor()
    await server.close()
    await page.locator('.link.lost').waitFor()
    await setHidden(page, true)
    for (let i = 0; i < 16; i++) {
      expect(await page.title()).toContain('✕ no answer')
      await page.waitForTimeout(500)
    }
    await server.listen()
    await setHidden(page, false)
    await page.locator('.link.live').waitFor({ timeout: 20_000 })
  })

  test('alerts that begin are said aloud', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('.finding.well').waitFor()
    server.app.become('busy')
    await expect
      .poll(() => page.locator('[aria-live=polite]').textContent())
      .toContain('response_time')
    await expect.poll(() => page.title()).toBe('▲ 2 · shop-api · mtaio')
  })
})

/** As when another tab is brought to the front, which a browser without a window never does. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}
