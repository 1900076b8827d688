import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mtaioExpress } from '@mtaio/express'
import type { AdapterOptions } from '@mtaio/express'
import helmet from 'helmet'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { majors } from '../express/express-majors.ts'
import { launch, SKIP } from './support/chromium.ts'
import { openPage } from './support/open-page.ts'

interface App extends AsyncDisposable {
  readonly port: number
}

/** An app under helmet's default policy, mounted in another one. */
async function mounted(at: string, options: AdapterOptions): Promise<App> {
  const { express } = majors.at(-1)!
  const inner = express()
  const monitoring = mtaioExpress(options)
  inner.use(helmet(), monitoring)
  inner.get('/users/:id', (_request, response) => void response.send('hello'))
  const outer = express()
  outer.use(at, inner)
  const server = createServer(outer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await monitoring.mtaio.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((path) =>
  existsSync(path),
)
const NO_NGINX = NGINX === undefined && process.env['MTAIO_REQUIRE_ALL'] !== '1'
if (NO_NGINX) console.warn('No nginx: the test of the page behind it is skipped.')

/** nginx in front of a port, that takes `/status/` off each address. */
async function nginx(port: number): Promise<App> {
  const directory = mkdtempSync(join(tmpdir(), 'mtaio-nginx-'))
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const own = (probe.address() as AddressInfo).port
  await new Promise((resolve) => probe.close(resolve))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join('\n')
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; pid ${directory}/pid; error_log stderr; events {}
     http { access_log off; ${temporary}
       server { listen 127.0.0.1:${own};
         location / { return 404; }
         location /status/ {
           proxy_pass http://127.0.0.1:${port}/;
           proxy_http_version 1.1;
           proxy_set_header Host $host;
           proxy_set_header X-Forwarded-For $remote_addr;
         } } }`,
  )
  const child = spawn(NGINX ?? 'nginx', ['-p', directory, '-c', join(directory, 'nginx.conf')], {
    stdio: 'ignore',
  })
  await expect
    .poll(() => fetch(`http://127.0.0.1:${own}/`).then((answer) => answer.status), {
      timeout: 5000,
    })
    .toBe(404)
  return {
    port: own,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

describe.skipIf(SKIP)('the page is found wherever it is mounted', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })

  afterAll(async () => {
    await browser.close()
  })

  test('under a sub-mount and helmet, with and without the slash, and at the address of a request', async () => {
    await using app = await mounted('/deep/er', {})
    const base = `http://127.0.0.1:${app.port}/deep/er`
    await fetch(`${base}/users/7`)
    for (const path of ['/_monitor', '/_monitor/']) {
      const { page, messages } = await openPage(browser, `${base}${path}`)
      await page.locator('.link.live').waitFor()
      await page.locator('#requests a.request-link').first().click()
      await page.locator('#request .actions').waitFor()
      expect(page.url()).toMatch(/\/deep\/er\/_monitor\/r\/[0-9a-f]{16}/)
      await page.reload()
      await page.locator('#request .actions').waitFor()
      await page.locator('.link.live').waitFor()
      expect(messages).toEqual([])
      await page.context().close()
    }
  })

  test.skipIf(NO_NGINX)('behind nginx with a prefix, signed in with the token', async () => {
    await using app = await mounted('/app', { token: 'a-token-of-the-test-0123456789' })
    await using proxy = await nginx(app.port)
    const base = `http://127.0.0.1:${proxy.port}/status/app`
    await fetch(`${base}/users/7`)
    const context = await browser.newContext({ reducedMotion: 'reduce' })
    const page = await context.newPage()
    const messages: string[] = []
    // The browser says of the form that it was answered with 401, as it must.
    await page.goto(`${base}/_monitor/`)
    page.on('console', (message) => void messages.push(message.text()))
    await page.getByLabel('Token').fill('a-token-of-the-test-0123456789')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('.link.live').waitFor({ timeout: 10_000 })
    await page.locator('#requests a.request-link').first().click()
    await page.locator('#request .actions').waitFor()
    expect(new URL(page.url()).pathname).toMatch(/^\/status\/app\/_monitor\/r\/[0-9a-f]{16}$/)
    await page.reload()
    await page.locator('#request .actions').waitFor()
    expect(messages).toEqual([])
    await context.close()
  })
})
