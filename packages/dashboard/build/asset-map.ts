import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

interface BuiltFile {
  readonly name: string
  readonly bytes: Buffer
}

/**
 * Replaces the built files by one module, `assets.js`, that holds them as gzip in base64. A module,
 * and not files beside it, since it then survives a bundler and `require()` alike.
 */
export function assetMap(): Plugin {
  return {
    name: 'mtaio-asset-map',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle): void {
        const files: BuiltFile[] = [
          { name: 'favicon.svg', bytes: readFileSync(join(import.meta.dirname, 'favicon.svg')) },
        ]
        for (const [name, file] of Object.entries(bundle)) {
          files.push({
            name,
            bytes: Buffer.from(file.type === 'chunk' ? file.code : file.source),
          })
          delete bundle[name]
        }
        files.sort((a, b) => (a.name < b.name ? -1 : 1))
        this.emitFile({ type: 'asset', fileName: 'assets.js', source: moduleOf(files) })
      },
    },
  }
}

function moduleOf(files: readonly BuiltFile[]): string {
  const entries = files.map(({ name, bytes }) => {
    const extension = name.slice(name.lastIndexOf('.') + 1)
    const type = TYPES[extension]
    if (type === undefined) throw new Error(`No content type is known for ${name}.`)
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    const asset = [type, name.startsWith('assets/'), etag, deterministicGzip(bytes)]
    return `  [${JSON.stringify(name)}, new Asset(${asset.map((part) => JSON.stringify(part)).join(', ')})],\n`
  })
  return `${RUNTIME}\nexport const assets = new Map([\n${entries.join('')}])\n`
}

function deterministicGzip(bytes: Buffer): string {
  const packed = gzipSync(bytes, { level: 9 })
  // Byte 9 names the operating system that packed it (RFC 1952, 2.3.1): 255 is "unknown".
  packed[9] = 255
  return packed.toString('base64')
}

/** Decoded at first use, so that loading the package costs no work. */
const RUNTIME = `import { gunzipSync } from 'node:zlib'

class Asset {
  #base64
  #gzip
  #identity

  constructor(type, immutable, etag, base64) {
    this.type = type
    this.immutable = immutable
    this.etag = etag
    this.#base64 = base64
  }

  get gzip() {
    return (this.#gzip ??= Buffer.from(this.#base64, 'base64'))
  }

  get identity() {
    return (this.#identity ??= gunzipSync(this.gzip))
  }
}
`
