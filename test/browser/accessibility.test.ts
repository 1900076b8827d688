import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, SKIP } from './support/chromium.ts'
import { FixtureServer } from './support/fixture-server.ts'
import { DESKTOP, openPage, PHONE } from './support/open-page.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ content: AXE })
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: () => Promise<{ violations: Violation[] }> }
    }
    return (await axe.run()).violations
  })
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`,
  )
}

describe.skipIf(SKIP)('the page is accessible', () => {
  let browser: Browser
  let busy: FixtureServer
  let empty: FixtureServer

  beforeAll(async () => {
    browser = await launch()
    busy = await FixtureServer.start({ scenario: 'busy', moreRoutes: 12 })
    empty = await FixtureServer.start({ scenario: 'empty' })
  })

  afterAll(async () => {
    await browser.close()
    await busy.close()
    await empty.close()
  })

  test.for([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('axe finds nothing, %s at %o', async ([colorScheme, viewport]) => {
    // axe comes as an inline script, which the policy of the page forbids, as it must.
    const options = { colorScheme, viewport, bypassCSP: true }
    for (const url of [
      `${busy.url}?of=POST&route=%2Freport%2F%3Aid`,
      `${busy.url}/r/e0?view=errors`,
      empty.url,
    ]) {
      const { page } = await openPage(browser, url, options)
      await page.locator('#routes tr.line, #routes .empty pre').first().waitFor()
      for (const details of await page.locator('main > details summary').all()) {
        await details.click()
      }
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
      expect(await violations(page)).toEqual([])
      await page.context().close()
    }
  })

  test('everything is reached and worked by the keyboard', async () => {
    const { page } = await openPage(browser, busy.url)
    await page.locator('#requests a.request-link').first().waitFor()
    const reached = new Set<string>()
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('Tab')
      const name = await page.evaluate(() => {
        const active = document.activeElement
        if (active === null || active === document.body) return 'end'
        const { outlineStyle } = getComputedStyle(active)
        if (outlineStyle === 'none') return `no focus mark: ${active.outerHTML.slice(0, 100)}`
        return active.getAttribute('aria-label') ?? active.textContent?.trim() ?? ''
      })
      if (name === 'end') break
      reached.add(name)
    }
    expect([...reached].filter((name) => name.startsWith('no focus mark'))).toEqual([])
    for (const name of [
      'Pause the view',
      'Last 15 min',
      'response_time: show the requests',
      'Table of Heap',
      'POST /report/:id, open',
      'Slowest',
      'Search in the requests',
    ]) {
      expect([...reached], name).toContain(name)
    }

    await page.getByRole('tab', { name: 'Slowest' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-errors')
    await page.locator('#requests a.request-link').first().focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('request-title')
  })

  test('every chart has a table behind it', async () => {
    const { page } = await openPage(browser, busy.url)
    await page.locator('#routes tr.line').first().waitFor()
    const charts = await page.locator('.chart').count()
    expect(charts).toBe(12)
    for (let i = 0; i < charts; i++) {
      const card = page.locator('.figure').nth(i)
      await card.getByRole('button', { name: /^Table of/ }).click()
      const rows = page.getByRole('dialog').locator('tbody tr')
      await expect.poll(() => rows.count()).toBeGreaterThan(30)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })
})
