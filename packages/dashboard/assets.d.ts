/** One file of the page, ready to be sent. */
export interface Asset {
  /** The value of `Content-Type`. */
  readonly type: string
  /** The name has a hash of the content in it: it may be cached for ever. */
  readonly immutable: boolean
  /** A strong entity tag of the identity form, with its quotes. */
  readonly etag: string
  /** The bytes for `Content-Encoding: gzip`. */
  readonly gzip: Uint8Array
  /** The bytes as they are. */
  readonly identity: Uint8Array
}

/**
 * The page by file name: `index.html`, `favicon.svg`, `assets/app-<hash>.js` and
 * `assets/app-<hash>.css`. All addresses in them are relative; whoever serves `index.html` replaces
 * its `<base href="./">` by the way from the requested address to the mount path.
 *
 * @example
 * const page = assets.get('index.html')
 * response.setHeader('content-type', page.type).end(page.identity)
 */
export declare const assets: ReadonlyMap<string, Asset>
