// Runs the conformance suite on every Node that mtaio supports and prints what held where.
//
//   pnpm run matrix [version …]      the oldest Node that is supported, the newest ones of the majors,
//                                    and the Node that runs this script, unless told

import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { emptyCells, grid } from './lib/test-report.mjs'

const SUITE = 'test/conformance'
const VITEST = resolve('node_modules/vitest/vitest.mjs')
const CACHE = resolve('node_modules/.cache/mtaio')

// As `engines` in the manifests has it.
const FLOOR = '20.19.0'
const MAJORS = ['22', '24', '26']
const FRAMEWORKS = ['Express 4', 'Express 5', 'Fastify 4', 'Fastify 5', 'Koa 2', 'Koa 3']

const full = process.versions.node
const [major = ''] = full.split('.')
const asked = process.argv.slice(2)
const own = MAJORS.includes(major) ? major : full
const versions = asked.length > 0 ? asked : [...new Set([FLOOR, own, ...MAJORS])]

/** @type {Map<string, import('./lib/test-report.mjs').Report>} */
const reports = new Map()
for (const version of versions) {
  const node = [major, full].includes(version) ? process.execPath : await fetchNode(version)
  const report = await conformance(node, version)
  if (report !== null) reports.set(`Node ${version}`, report)
}

console.log(`\n${grid(reports)}`)

const columns = versions.map((version) => `Node ${version}`)
for (const cell of emptyCells(reports, columns, FRAMEWORKS)) {
  console.error(`No test passed of ${cell}`)
  process.exitCode = 1
}

/**
 * Gets a Node from the npm registry, once: of a major version the newest.
 *
 * @param {string} version
 * @returns {Promise<string>} path of the binary
 */
async function fetchNode(version) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = join(CACHE, `node-${version}`)
  const binary = join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const args = ['install', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`]
  await promisify(execFile)('npm', args, { cwd: folder, timeout: 300_000 })
  return binary
}

/**
 * @param {string} node
 * @param {string} version
 */
async function conformance(node, version) {
  const output = join(process.env['MTAIO_REPORTS'] ?? CACHE, `node-${version}.json`)
  rmSync(output, { force: true })
  console.log(`\nNode ${version}`)
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${output}`]
  const child = spawn(node, [VITEST, 'run', SUITE, ...reporters], {
    stdio: 'inherit',
    timeout: 600_000,
    // The configuration would write its own report there.
    env: { ...process.env, MTAIO_REPORTS: undefined },
  })
  const exitCode = await new Promise((end) => child.once('close', end))
  if (exitCode !== 0) process.exitCode = 1
  return existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : null
}
