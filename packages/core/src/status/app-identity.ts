import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import type { Snapshot } from './api-types.ts'

/**
 * Name and version of the app, from the package.json nearest to its main script; nearest to the
 * working directory when the script is a tool out of node_modules that runs the app.
 */
export function appIdentity(
  script: string | undefined = process.argv[1],
  directory: string = process.cwd(),
): Snapshot['app'] {
  const start = scriptDirectory(script) ?? directory
  const found = nearestPackage(start) ?? nearestPackage(directory)
  return {
    name: found?.name ?? (basename(directory) || 'app'),
    version: found?.version ?? null,
    environment: process.env['NODE_ENV'] ?? null,
  }
}

function scriptDirectory(script: string | undefined): string | null {
  if (script === undefined) return null
  try {
    const path = realpathSync(script)
    return path.split(sep).includes('node_modules') ? null : dirname(path)
  } catch {
    return null
  }
}

interface PackageName {
  readonly name: string
  readonly version: string | null
}

/** A package.json without a name, such as one that only says `"type": "module"`, is passed over. */
function nearestPackage(directory: string): PackageName | null {
  for (;;) {
    try {
      const text = readFileSync(join(directory, 'package.json'), 'utf8')
      const { name, version } = JSON.parse(text) as Readonly<Record<string, unknown>>
      if (typeof name === 'string' && name !== '') {
        return { name, version: typeof version === 'string' ? version : null }
      }
    } catch {
      // None here, or not readable: further up.
    }
    const parent = dirname(directory)
    if (parent === directory) return null
    directory = parent
  }
}
