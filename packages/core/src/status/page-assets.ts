import type { IncomingMessage } from 'node:http'
import type { Asset } from '@mtaio/dashboard'
import { acceptsGzip } from './accepts-gzip.ts'
import { HTML_TYPE, notFound } from './answer.ts'
import type { Answer } from './answer.ts'
import { pageWithoutAssets } from './plain-page.ts'

export type Assets = ReadonlyMap<string, Asset>

// Written with or without the slash, as the formatter of the page has it.
const BASE = /<base href="\.\/" ?\/?>/

/** The files of the page. They are loaded when somebody opens it for the first time. */
export class PageAssets {
  readonly #load: () => Promise<Assets | null>
  #assets: Promise<Assets | null> | null = null

  constructor(load: () => Promise<Assets | null> = loadDashboard) {
    this.#load = load
  }

  /** The page itself, with the way to the mount path in its `<base>`. */
  async page(base: string): Promise<Answer> {
    const index = (await this.#all())?.get('index.html')
    if (index === undefined) return pageWithoutAssets(base)
    const html = Buffer.from(index.identity).toString().replace(BASE, `<base href="${base}">`)
    return { status: 200, type: HTML_TYPE, body: html, headers: { vary: 'accept' } }
  }

  /** A script, a style, an icon. */
  async asset(req: IncomingMessage, name: string): Promise<Answer> {
    const asset = name === 'index.html' ? undefined : (await this.#all())?.get(name)
    if (asset === undefined) return notFound()
    const gzip = acceptsGzip(req)
    // A strong entity tag names the bytes, and these are others when they are compressed.
    const etag = gzip ? asset.etag.replace(/"$/, '-gzip"') : asset.etag
    const isKnown = req.headers['if-none-match']?.split(/,\s*/).includes(etag) === true
    return {
      status: isKnown ? 304 : 200,
      type: asset.type,
      body: gzip ? asset.gzip : asset.identity,
      caching: asset.immutable ? 'immutable' : 'no-cache',
      headers: { etag, vary: 'accept-encoding', ...(gzip ? { 'content-encoding': 'gzip' } : {}) },
    }
  }

  #all(): Promise<Assets | null> {
    return (this.#assets ??= this.#load())
  }
}

async function loadDashboard(): Promise<Assets | null> {
  try {
    return (await import('@mtaio/dashboard')).assets
  } catch {
    return null
  }
}
