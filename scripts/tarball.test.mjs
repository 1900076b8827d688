import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findFaults } from './lib/tarball.mjs'

const sound = {
  'package.json': '{ "exports": { ".": "./dist/a.js" }, "dependencies": { "b": "^1.0.0" } }',
  LICENSE: 'MIT',
  'README.md': '# a',
  'src/a.ts': '',
  'dist/a.js': '',
  'dist/a.js.map': '{ "sources": ["../src/a.ts"] }',
}

/** @param {Record<string, string>} files */
function faultsOf(files) {
  const folder = mkdtempSync(join(tmpdir(), 'mtaio-tarball-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    return findFaults(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a sound package has no faults', () => {
  expect(faultsOf(sound)).toEqual([])
})

test.each([
  ['dist/.tsbuildinfo', '{}', 'dist/.tsbuildinfo is of no use to a user'],
  ['src/a.test.ts', '', 'src/a.test.ts is of no use to a user'],
  ['package.json', '{ "@mtaio/source": "./src/a.ts" }', 'package.json says @mtaio/source'],
  ['package.json', '{ "b": "workspace:^" }', 'package.json says "workspace:'],
  ['package.json', '{ "b": "catalog:" }', 'package.json says "catalog:'],
  [
    'dist/a.js.map',
    '{ "sources": ["../src/gone.ts"] }',
    'dist/a.js.map points at ../src/gone.ts, which is not in the package',
  ],
])('%s with %j is a fault', (file, text, fault) => {
  expect(faultsOf({ ...sound, [file]: text })).toEqual([fault])
})

test('a package without its licence or its README has two faults', () => {
  expect(faultsOf({ 'package.json': '{}' })).toEqual(['no LICENSE', 'no README.md'])
})
