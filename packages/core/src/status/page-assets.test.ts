import type { IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { PageAssets } from './page-assets.ts'
import type { Assets } from './page-assets.ts'

function file(text: string, type: string, immutable: boolean) {
  const identity = Buffer.from(text)
  return { type, immutable, etag: '"abc"', identity, gzip: gzipSync(identity) }
}

const ASSETS: Assets = new Map([
  ['index.html', file('<head><base href="./" /></head>', 'text/html', false)],
  ['favicon.svg', file('<svg/>', 'image/svg+xml', false)],
  ['assets/app-1a.js', file('go()', 'text/javascript', true)],
])

function asking(headers: Record<string, string> = {}): IncomingMessage {
  return { headers } as unknown as IncomingMessage
}

describe('the files of the page', () => {
  it('are loaded once, when the first is asked for', async () => {
    let loads = 0
    const assets = new PageAssets(() => Promise.resolve((loads++, ASSETS)))
    expect(loads).toBe(0)
    expect((await assets.page('../')).body).toBe('<head><base href="../"></head>')
    await assets.asset(asking(), 'favicon.svg')
    expect(loads).toBe(1)
  })

  it('are kept for ever by their hashed names, and asked for again else', async () => {
    const assets = new PageAssets(() => Promise.resolve(ASSETS))
    expect((await assets.asset(asking(), 'assets/app-1a.js')).caching).toBe('immutable')
    expect((await assets.asset(asking(), 'favicon.svg')).caching).toBe('no-cache')
  })

  it.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['deflate,gzip', true],
    ['GZIP', true],
    ['gzip;q=0', false],
    ['gzip;q=0.0, br', false],
    ['x-gzip-like', false],
    ['identity', false],
    ['', false],
  ])('are compressed for %j: %s', async (accepted, expected) => {
    const assets = new PageAssets(() => Promise.resolve(ASSETS))
    const asked = asking({ 'accept-encoding': accepted })
    const { headers, body } = await assets.asset(asked, 'assets/app-1a.js')
    expect(headers?.['content-encoding']).toBe(expected ? 'gzip' : undefined)
    expect(body).toBe(ASSETS.get('assets/app-1a.js')?.[expected ? 'gzip' : 'identity'])
  })

  it('are not sent again to who has them, in the form that they have', async () => {
    const assets = new PageAssets(() => Promise.resolve(ASSETS))
    const status = async (headers: Record<string, string>) =>
      (await assets.asset(asking(headers), 'assets/app-1a.js')).status
    expect(await status({ 'if-none-match': '"abc"' })).toBe(304)
    expect(await status({ 'if-none-match': '"x", "abc"' })).toBe(304)
    expect(await status({ 'if-none-match': '"abc"', 'accept-encoding': 'gzip' })).toBe(200)
    expect(await status({ 'if-none-match': '"abc-gzip"', 'accept-encoding': 'gzip' })).toBe(304)
  })

  it('are a fixed set: no other name finds anything', async () => {
    const assets = new PageAssets(() => Promise.resolve(ASSETS))
    for (const name of [
      '../package.json',
      'assets',
      'index.html',
      '__proto__',
      'assets/app-1a.js/',
    ]) {
      expect((await assets.asset(asking(), name)).status).toBe(404)
    }
  })

  it('that cannot be loaded leave a page that says where the figures are', async () => {
    const assets = new PageAssets(() => Promise.resolve(null))
    const { status, body } = await assets.page('mon/')
    expect(status).toBe(200)
    expect(body).toContain('<base href="mon/">')
    expect(body).toContain('href="api/snapshot"')
    expect((await assets.asset(asking(), 'favicon.svg')).status).toBe(404)
  })
})
