import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * What must not be published, or is missing.
 *
 * @param {string} folder an unpacked tarball
 * @returns {string[]} one sentence per fault
 */
export function findFaults(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  )
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8')
  return [
    ...['LICENSE', 'README.md'].filter((file) => !files.includes(file)).map((file) => `no ${file}`),
    ...files.filter(isPrivate).map((file) => `${file} is of no use to a user`),
    // The source condition would send a user's bundler to TypeScript; the protocols are pnpm's own.
    ...['@mtaio/source', '"workspace:', '"catalog:']
      .filter((word) => manifest.includes(word))
      .map((word) => `package.json says ${word}`),
    ...files.filter((file) => file.endsWith('.map')).flatMap((file) => brokenMap(folder, file)),
  ]
}

/** @param {string} file */
function isPrivate(file) {
  return /\.tsbuildinfo$|\.test\.|^(?:test|fixtures)\/|(?:^|\/)tsconfig.*\.json$/.test(file)
}

/**
 * @param {string} folder
 * @param {string} file
 */
function brokenMap(folder, file) {
  /** @type {{ sources: string[], sourcesContent?: string[] }} */
  const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  if (sourcesContent?.length === sources.length) return []
  return sources
    .filter((source) => !existsSync(join(folder, dirname(file), source)))
    .map((source) => `${file} points at ${source}, which is not in the package`)
}
