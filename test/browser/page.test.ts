import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, SKIP } from './support/chromium.ts'
import { FixtureServer } from './support/fixture-server.ts'
import { openPage, PHONE } from './support/open-page.ts'

describe.skipIf(SKIP)('the page', () => {
  let browser: Browser
  let server: FixtureServer

  beforeAll(async () => {
    browser = await launch()
    server = await FixtureServer.start({ scenario: 'busy', moreRoutes: 12, mount: '/a/_monitor' })
  })

  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  test('shows the past hour at once and moves each second', async () => {
    const { page, messages } = await openPage(browser, `${server.url}?range=3600`)
    await page.locator('#routes tr.line').first().waitFor()
    await page.getByRole('button', { name: 'Table of CPU' }).click()
    const rows = page.getByRole('dialog').locator('tbody tr')
    await expect.poll(() => rows.count()).toBeGreaterThan(40)
    expect(await rows.first().textContent()).toMatch(/\d+.%/)
    await page.keyboard.press('Escape')
    const rate = page.locator('.figure .sub').first()
    const before = await rate.textContent()
    await expect.poll(() => rate.textContent()).not.toBe(before)
    expect(messages).toEqual([])
  })

  test('says in words what is wrong, and leads to the line of code in three clicks', async () => {
    const { page, messages } = await openPage(browser, server.url)
    const finding = page.locator('.finding.bad')
    await expect.poll(() => finding.textContent()).toContain('POST /report/:id')
    expect(await finding.textContent()).toMatch(/response_time.*1\.42.s > 1.s.*for 48.s/)
    await finding.getByRole('link', { name: /show the requests/ }).click()
    await page.getByRole('tab', { name: /Errors/ }).click()
    await page.locator('#requests a.request-link').first().click()
    await page.locator('#request .stack b', { hasText: 'report.ts:48:22' }).waitFor()
    expect(await page.locator('#request').textContent()).toContain('×23')
    expect(await page.locator('#request .badge', { hasText: 'N+1' }).count()).toBe(1)
    expect(messages).toEqual([])
  })

  test.for([
    ['', 'without a slash at the end'],
    ['/', 'with a slash at the end'],
    ['/r/e2', "at a request's address"],
  ])('works at "%s": %s', async ([path]) => {
    const { page, messages } = await openPage(browser, `${server.url}${path}`)
    await page.locator('#routes tr.line').first().waitFor()
    await page.locator('.link.live').waitFor()
    await page.locator('#requests a.request-link').nth(2).click()
    await page.locator('#request .actions').waitFor()
    const address = page.url()
    expect(new URL(address).pathname).toMatch(/^\/a\/_monitor\/r\/\w+$/)
    await page.reload()
    await page.locator('#request .actions').waitFor()
    expect(messages).toEqual([])
  })

  test('keeps its state in the address, and Back undoes a step', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('#routes').getByRole('button', { name: 'p95' }).click()
    await page.getByRole('button', { name: 'Last 15 min' }).click()
    await page.getByRole('tab', { name: 'Recent' }).click()
    await page.getByLabel('Status').selectOption('2xx')
    expect(new URL(page.url()).search).toBe('?range=900&sort=-p95&view=recent&status=2xx')
    await page.reload()
    expect(await page.getByRole('tab', { name: 'Recent' }).getAttribute('aria-selected')).toBe(
      'true',
    )
    await page.goBack()
    await page.goBack()
    expect(await page.getByRole('tab', { name: 'Slowest' }).getAttribute('aria-selected')).toBe(
      'true',
    )
    expect(new URL(page.url()).search).toBe('?range=900&sort=-p95')
  })

  test('opens a route with its latencies, where a bar opens an example', async () => {
    const { page, messages } = await openPage(browser, server.url)
    await page.getByRole('link', { name: 'POST /report/:id, open' }).click()
    await page.locator('.bar-fill.example').first().click()
    await page.locator('#request .actions').waitFor()
    const routes = await page.locator('#requests .request-link .pattern').allTextContents()
    expect(new Set(routes)).toEqual(new Set(['/report/:id']))
    expect(messages).toEqual([])
  })

  test('lists examples of a route none of whose requests is among the slowest of all', async () => {
    const { page, messages } = await openPage(browser, server.url)
    await page.route('**/api/requests?*', (route) =>
      route.fulfill({ json: { view: 'slowest', total: 50, requests: [] } }),
    )
    await page.getByRole('link', { name: 'GET /products/:id, open' }).click()
    await page.locator('.bar-fill.example').first().waitFor()
    const links = page.locator('#requests a.request-link')
    const examples = page.locator('.bar-fill.example')
    // Requests come and go meanwhile.
    const missing = async (): Promise<number> => (await examples.count()) - (await links.count())
    await expect.poll(missing).toBeLessThanOrEqual(0)
    const routes = await page.locator('#requests .request-link .pattern').allTextContents()
    expect(new Set(routes)).toEqual(new Set(['/products/:id']))
    expect(messages).toEqual([])
  })

  test('a request opens below its list, before the profiler, on wide and narrow pages', async () => {
    for (const width of [1440, 1280, 1000]) {
      const { page } = await openPage(browser, `${server.url}/r/e0`, {
        viewport: { width, height: 900 },
      })
      await page.locator('#request .actions').waitFor()
      const top = async (id: string): Promise<number> =>
        (await page.locator(id).boundingBox())?.y ?? Number.NaN
      expect(await top('#request')).toBeGreaterThan(await top('#requests'))
      expect(await top('#profiler')).toBeGreaterThan(await top('#request'))
      await page.context().close()
    }
  })

  test('names of routes can be read on pages of every width', async () => {
    for (const width of [700, 900, 1100, 1241, 1280, 1440]) {
      const { page } = await openPage(browser, server.url, { viewport: { width, height: 900 } })
      const name = page.locator('#routes tr.line .row-link', { hasText: '/report/:id' })
      await name.waitFor()
      const cut = await name
        .locator('.route-name')
        .evaluate((element) => element.scrollWidth - element.clientWidth)
      expect([width, Math.max(0, cut)]).toEqual([width, 0])
      await page.context().close()
    }
  })

  test('a stretch dragged out on a chart narrows all charts and the request list', async () => {
    const { page, messages } = await openPage(browser, server.url)
    await page.locator('#requests a.request-link').first().waitFor()
    const chart = page.locator('.chart .u-over').first()
    const box = await chart.boundingBox()
    if (box === null) throw new Error('no chart')
    await page.mouse.move(box.x + box.width * 0.85, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.99, box.y + 20, { steps: 5 })
    await page.mouse.up()
    await page.locator('.bar .chip').waitFor()
    const query = new URL(page.url()).searchParams
    const from = Number(query.get('from'))
    const to = Number(query.get('to'))
    expect(to - from).toBeGreaterThan(30)
    expect(to - from).toBeLessThan(50)
    const clock = (await page.locator('#requests > header small').textContent()) ?? ''
    expect(clock).toMatch(/\d\d:\d\d:\d\d – \d\d:\d\d:\d\d/)
    await page.keyboard.press('Escape')
    await page.locator('.bar .chip').waitFor({ state: 'detached' })
    expect(messages).toEqual([])
  })

  test('the crosshair of one chart gives the numbers of all of them', async () => {
    const { page } = await openPage(browser, `${server.url}?range=3600`)
    await page.locator('.link.live').waitFor()
    const cpu = page.locator('.figure', { hasText: 'CPU' }).locator('.big')
    const now = await cpu.textContent()
    await page
      .locator('.chart .u-over')
      .first()
      .hover({ position: { x: 8, y: 20 } })
    await expect.poll(() => cpu.textContent()).not.toBe(now)
    const shown = await page
      .locator('.u-cursor-x')
      .evaluateAll(
        (lines) => new Set(lines.map((line) => (line as HTMLElement).style.transform)).size,
      )
    expect(shown).toBe(1)
    // What stands after a number says of what moment it is.
    const cards = await page.locator('.figure .big').allTextContents()
    for (const text of cards) expect(text).toMatch(/at \d\d:\d\d:\d\d$/)
    expect(new Set(cards.map((text) => text.slice(-8))).size).toBe(1)
  })

  test('pause freezes what is shown and says since when; recording goes on', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('.link.live').waitFor()
    await page.keyboard.press('p')
    expect(await page.locator('.link').textContent()).toMatch(/paused since \d\d:\d\d:\d\d/)
    const total = page.locator('.figure .sub').first()
    const frozen = await total.textContent()
    await page.waitForTimeout(2500)
    expect(await total.textContent()).toBe(frozen)
    await page.keyboard.press('p')
    await expect.poll(() => total.textContent()).not.toBe(frozen)
    await page.locator('.link.live').waitFor()
  })

  test('new requests never move the list under the pointer', async () => {
    const { page } = await openPage(browser, `${server.url}?view=recent`)
    const links = page.locator('#requests a.request-link')
    await links.first().waitFor()
    await links.nth(1).hover()
    const first = await links.first().getAttribute('data-id')
    await page.locator('#requests .pill', { hasText: /\d+ new/ }).waitFor()
    expect(await links.first().getAttribute('data-id')).toBe(first)
    await page.locator('#requests .pill').click()
    await expect.poll(() => links.first().getAttribute('data-id')).not.toBe(first)
  })

  test('an alert that begins never moves the routes under the pointer', async () => {
    const calm = await FixtureServer.start({ scenario: 'calm' })
    const { page } = await openPage(browser, calm.url)
    await page.locator('.finding.well').waitFor()
    const row = page.locator('#routes tr.line').first()
    await row.hover()
    const before = (await row.boundingBox())?.y
    calm.app.become('busy')
    await expect.poll(() => page.locator('.finding').count()).toBeGreaterThan(1)
    expect((await row.boundingBox())?.y).toBeCloseTo(before ?? Number.NaN, 0)
    await page.context().close()
    await calm.close()
  })

  test('latencies above the threshold of the response time stand out', async () => {
    const { page } = await openPage(browser, server.url)
    const slow = page.locator('#routes tr.line', { hasText: '/report/:id' })
    await slow.locator('b.warn').first().waitFor()
    expect(await slow.locator('b.warn').first().getAttribute('title')).toMatch(/threshold of 1.s/)
    const fast = page.locator('#routes tr.line', { hasText: '/products/:id' })
    expect(await fast.locator('b.warn').count()).toBe(0)
  })

  test('offers the Chrome trace, a link and a summary of a request', async () => {
    const { page } = await openPage(browser, `${server.url}/r/e0`)
    const trace = page.getByRole('link', { name: 'Chrome trace' })
    expect(await trace.getAttribute('href')).toBe(
      `${server.url}/api/requests/e0?format=chrome-trace`,
    )
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy summary' }).click()
    await page.getByText('Summary copied').waitFor({ state: 'attached' })
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(text).toContain('POST /report/:id → 500')
    expect(text).toContain('src/report.ts:48:22')
    expect(text).toContain(`${server.url}/r/e0`)
  })

  test('shows the metrics that the app records, with their labels and units', async () => {
    const { page, messages } = await openPage(browser, server.url)
    const panel = page.locator('#metrics')
    await panel.scrollIntoViewIfNeeded()
    const mail = panel.locator('tr.line', { hasText: 'queue=mail' })
    await mail.waitFor()
    expect(await mail.locator('td').allTextContents()).toContain('60')
    // Nothing was recorded there in this time.
    const print = panel.locator('tr.line', { hasText: 'queue=print' })
    expect(await print.locator('td').nth(1).textContent()).toMatch(/^\d/)
    expect(await print.locator('td').allTextContents()).toContain('n/a')
    const upload = panel.locator('tr.line', { hasText: 'upload_bytes' })
    expect(await upload.locator('td').nth(2).textContent()).toMatch(/^3.MiB$/)
    await panel.getByRole('button', { name: 'last' }).click()
    expect(await panel.locator('tr.line').first().textContent()).toContain('upload_bytes')
    expect(new URL(page.url()).search).toBe('?msort=-last')
    await page.getByRole('button', { name: 'Last 1 min' }).click()
    // Out of view nothing is read, and what fills above pushes it there.
    await mail.scrollIntoViewIfNeeded()
    await expect.poll(() => mail.locator('td').last().textContent()).toBe('12')
    expect(messages).toEqual([])
  })

  test('shows what was behind an error, with its own stack', async () => {
    const { page } = await openPage(browser, `${server.url}?view=errors`)
    await page.locator('#requests a.request-link').first().click()
    const error = page.locator('#request .error').first()
    await error.waitFor()
    const titles = await error.locator('.error-title').allTextContents()
    expect(titles.slice(1)).toEqual([
      'caused by AggregateError',
      'caused by Error: connect ECONNREFUSED 10.0.0.7:5432',
    ])
    expect(await error.textContent()).toContain('src/db.ts:12:9')
  })

  test('gives the focus back to the line of a request that is closed by its key', async () => {
    const { page } = await openPage(browser, server.url)
    const first = page.locator('#requests a.request-link').first()
    await first.focus()
    await page.keyboard.press('Enter')
    await page.locator('#request .actions').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#request').waitFor({ state: 'detached' })
    await expect.poll(() => first.evaluate((line) => line === document.activeElement)).toBe(true)
  })

  test('names a threshold whose metric never had a value', async () => {
    const calm = await FixtureServer.start({ scenario: 'calm' })
    try {
      calm.app.thresholds = [{ metric: 'cpu_usge', value: 80, hasValue: false }]
      const { page } = await openPage(browser, calm.url)
      const verdict = page.locator('.finding.well')
      await verdict.waitFor()
      await expect
        .poll(async () => (await verdict.textContent())?.replaceAll('\u00a0', ' '))
        .toContain('6 thresholds watched, but there was no value yet of cpu_usge.')
    } finally {
      await calm.close()
    }
  })

  test('a request that is not kept any more says so', async () => {
    const { page } = await openPage(browser, `${server.url}/r/0123456789abcdef`)
    await page.locator('#request .empty').waitFor()
    await expect
      .poll(() => page.locator('#request .empty').textContent())
      .toContain('This request is no longer kept')
  })

  test('every key does what the help says, and none does while one types', async () => {
    const { page } = await openPage(browser, server.url)
    await page.locator('#requests a.request-link').first().waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys and help' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('4')
    expect(new URL(page.url()).searchParams.get('range')).toBe('3600')
    await page.keyboard.press('e')
    expect(new URL(page.url()).searchParams.get('view')).toBe('errors')
    await page.keyboard.press('/')
    await page.keyboard.type('ptrs')
    expect(await page.getByLabel('Search in the requests').inputValue()).toBe('ptrs')
    expect(new URL(page.url()).searchParams.get('view')).toBe('errors')
    await page.getByLabel('Search in the requests').fill('')
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.locator('#request .actions').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#request').waitFor({ state: 'detached' })
    await page.keyboard.press('t')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
    await page.reload()
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
  })

  test('hostile names are shown as text, in routes, errors, metrics and operations', async () => {
    const hostile = await FixtureServer.start({ scenario: 'busy', hostile: true })
    const { page, messages } = await openPage(browser, `${hostile.url}/r/h0`)
    await page.locator('#request .actions').waitFor()
    await page.getByRole('button', { name: /Show all \d+ routes/ }).click()
    await page.locator('#profiler').scrollIntoViewIfNeeded()
    await page.locator('#profiler tr.line').first().waitFor()
    // The alert on a metric of the app's own leads to its figures.
    await page.getByRole('link', { name: /show the metrics/ }).click()
    const metric = page.locator('#metrics tr.line', { hasText: '<img src=x' })
    await metric.waitFor()
    const top = (): Promise<number> => metric.evaluate((row) => row.getBoundingClientRect().top)
    await expect.poll(async () => (await top()) >= 0 && (await top()) < 1000).toBe(true)
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).toContain('<img src=x onerror="window.__injected=1">')
    expect(text).toContain('__proto__')
    expect(await page.evaluate(() => '__injected' in window)).toBe(false)
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wider).toBeLessThanOrEqual(0)
    expect(messages).toEqual([])
    await hostile.close()
  })

  test('an empty app says why there is nothing, and shows no zero that was not measured', async () => {
    const empty = await FixtureServer.start({ scenario: 'empty' })
    const { page, messages } = await openPage(browser, empty.url)
    await page.getByText('No request ended in this time').waitFor()
    await page.getByText('mtaioExpress()').waitFor()
    await page.getByText('No request yet').waitFor()
    await page.locator('#metrics').scrollIntoViewIfNeeded()
    await page.getByText('recordMetric(').waitFor()
    const p95 = page.locator('.figure', { hasText: 'Response time' }).locator('.big')
    expect(await p95.textContent()).toContain('n/a')
    expect(messages).toEqual([])
    await empty.close()
  })

  test('on a phone the link of an alert brings its chart into sight', async () => {
    const { page } = await openPage(browser, server.url, { viewport: PHONE, isMobile: true })
    const finding = page.locator('.finding', { hasText: 'event_loop_delay' })
    await finding.getByRole('link', { name: /in the charts/ }).click()
    await page.locator('.bar .chip').waitFor()
    const inSight = (): Promise<boolean> =>
      page.locator('#figure-loop-delay').evaluate((card) => {
        const { top, bottom } = card.getBoundingClientRect()
        return top >= 0 && bottom <= innerHeight
      })
    await expect.poll(inSight).toBe(true)
    await page.context().close()
  })

  test('fits a phone: nothing is wider than the window', async () => {
    for (const path of ['', '/r/e0?of=POST&route=%2Freport%2F%3Aid&view=errors']) {
      const { page, messages } = await openPage(browser, `${server.url}${path}`, {
        viewport: PHONE,
        hasTouch: true,
        isMobile: true,
      })
      await page.locator('#routes tr.line').first().waitFor()
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll('main *, header *')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
          .filter((element) => element.closest('.unseen, pre, .u-wrap') === null)
          .map((element) => element.outerHTML.slice(0, 120)),
      )
      expect(wide).toEqual([])
      expect(messages).toEqual([])
      await page.context().close()
    }
  })
})
