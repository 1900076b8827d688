// Fails on an import that points upwards, or at what a package must not know
// (docs/architecture.md, "Rooms and floors"). Types count as well: an arrow is an arrow.
//
//   node scripts/check-floors.mjs [root]

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { faultsIn } from './lib/floors.mjs'

const root = resolve(process.argv[2] ?? '.')

const files = readdirSync(join(root, 'packages')).flatMap((name) =>
  readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.[cm]?[jt]sx?$/.test(file))
    .map((file) => `packages/${name}/src/${file.replaceAll('\\', '/')}`),
)

const broken = files.flatMap((file) => faultsIn(file, readFileSync(join(root, file), 'utf8')))

if (broken.length > 0) {
  console.error(broken.join('\n'))
  process.exitCode = 1
} else {
  console.log(`floors: every import of ${files.length} files points downwards`)
}
