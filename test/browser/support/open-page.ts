import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export const DESKTOP = { width: 1440, height: 900 } as const
export const PHONE = { width: 375, height: 740 } as const

/** A page, and what it wrote to its console. */
export interface OpenPage {
  readonly page: Page
  /** Messages of the console and errors that nothing caught. */
  readonly messages: string[]
}

/** Opens an address and waits until the first figures are there. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    reducedMotion: 'reduce',
    colorScheme: 'light',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const messages: string[] = []
  page.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => messages.push(`error: ${error.stack ?? error.message}`))
  await page.goto(url)
  await page.locator('.facts, .finding').first().waitFor({ state: 'attached' })
  return { page, messages }
}
