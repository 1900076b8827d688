// Checks what a user would get: packs every package, looks into the tarballs, asks publint and
// are-the-types-wrong, then installs each by plain npm into an empty project, asks npm for known
// vulnerabilities of what came along, and loads it there by import, by require() and as types. Needs
// a build; the registry only for dependencies.

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { readAudit } from './lib/audit.mjs'
import { findFaults } from './lib/tarball.mjs'

const run = promisify(execFile)
const bin = resolve('node_modules/.bin')
const work = mkdtempSync(join(tmpdir(), 'mtaio-packages-'))

/** The packages that the others depend on. */
const FOUNDATIONS = ['@mtaio/core', '@mtaio/dashboard']

/**
 * The typings that a user of TypeScript brings along. Never those of two frameworks at once: each
 * may only be right beside the versions that its own framework depends on.
 *
 * @type {Record<string, Record<string, string>>}
 */
const TYPINGS = {
  '@mtaio/express': { '@types/express': '^5' },
  '@mtaio/koa': { '@types/koa': '^3' },
}

/**
 * What the README says of a request, as code: the types of its framework have it only where those
 * of the adapter bring it along.
 *
 * @type {Record<string, string>}
 */
const USES = {
  '@mtaio/express': `export const use = (req: import('express').Request) => (req.mtaio.route = '/x')`,
  '@mtaio/koa': `// @ts-expect-error A pattern is text.\nexport const use = (ctx: import('koa').Context) => (ctx.mtaio.route = 7)`,
  '@mtaio/fastify': `export const use = (req: import('fastify').FastifyRequest) => (req.mtaio.route = '/x')`,
}

/** @type {string[]} */
const failures = []
let isAudited = true

try {
  const packages = await pack()
  await Promise.all(packages.map(inspect))
  if (failures.length === 0) for (const one of packages) await use(one, packages)
  if (failures.length === 0) {
    console.log(`packages: ${packages.map(({ name }) => name).join(', ')} can be published`)
    if (!isAudited) console.log('packages: not audited, since this registry has no audits')
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

if (failures.length > 0) {
  console.error(failures.join('\n\n'))
  process.exitCode = 1
}

/**
 * @typedef {{ name: string, filename: string }} Packed
 * @returns {Promise<Packed[]>}
 */
async function pack() {
  const { stdout } = await run(
    'pnpm',
    ['-r', '--filter', './packages/*', 'pack', '--json', '--pack-destination', work],
    { timeout: 60_000, maxBuffer: 1e7 },
  )
  return JSON.parse(stdout.slice(stdout.indexOf('[')))
}

/** @param {Packed} packed */
async function inspect({ name, filename }) {
  const folder = join(work, 'unpacked', name)
  mkdirSync(folder, { recursive: true })
  await run('tar', ['-xzf', filename, '-C', folder, '--strip-components=1'])
  failures.push(...findFaults(folder).map((fault) => `${name}: ${fault}`))
  await Promise.all([
    attempt(name, join(bin, 'publint'), ['run', filename, '--strict']),
    attempt(name, join(bin, 'attw'), [filename, '--profile', 'esm-only', '--no-emoji']),
  ])
}

/**
 * What a user does: one of the packages in a project of its own, with the typings of its framework.
 * What it depends on here comes along as tarballs too.
 *
 * @param {Packed} wanted
 * @param {Packed[]} packages
 */
async function use({ name: wanted }, packages) {
  const folder = join(work, 'projects', wanted)
  const needed = packages.filter(({ name }) => name === wanted || FOUNDATIONS.includes(name))
  const names = needed.map(({ name }) => name)
  const files = Object.fromEntries(needed.map(({ name, filename }) => [name, `file:${filename}`]))
  const typings = { '@types/node': '^20', ...TYPINGS[wanted] }

  mkdirSync(folder, { recursive: true })
  const write = (/** @type {string} */ file, /** @type {string} */ text) =>
    writeFileSync(join(folder, file), text)
  write(
    'package.json',
    JSON.stringify({ private: true, dependencies: files, devDependencies: typings }),
  )
  write(
    'by-import.mjs',
    [
      ...names.map((name, at) => `import * as package${at} from '${name}'`),
      `import { createRequire } from 'node:module'`,
      `const require = createRequire(import.meta.url)`,
      // Two copies of one package in a process would each have their own figures.
      ...names.map((name, at) => `if (require('${name}') !== package${at}) throw '2 x ${name}'`),
    ].join('\n'),
  )
  write(
    'by-require.cjs',
    names
      .map((name) => `if (Object.keys(require('${name}')).length === 0) throw '${name} is empty'`)
      .join('\n'),
  )
  write(
    'by-types.mts',
    [...names.map((name, at) => `export * as package${at} from '${name}'`), USES[wanted]].join(
      '\n',
    ),
  )

  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline']
  const at = { cwd: folder, timeout: 180_000 }
  if (!(await attempt(`${wanted}: npm install`, 'npm', install, at))) return
  const types = ['--module', 'nodenext', '--strict', '--noEmit', '--types', 'node', 'by-types.mts']
  await Promise.all([
    audit(wanted, folder),
    attempt(`${wanted}: import`, process.execPath, ['by-import.mjs'], { ...at, silent: true }),
    attempt(`${wanted}: require()`, process.execPath, ['by-require.cjs'], { ...at, silent: true }),
    attempt(`${wanted}: types`, join(bin, 'tsc'), types, at),
  ])
}

/**
 * Asks for known vulnerabilities of what a user of the package runs.
 *
 * @param {string} wanted
 * @param {string} cwd
 */
async function audit(wanted, cwd) {
  const args = ['audit', '--omit=dev', '--json']
  try {
    const { stdout } = await run('npm', args, { cwd, timeout: 60_000 }).catch((error) => {
      // With findings, and where there are no audits, it fails and says so on stdout.
      if (error.stdout) return /** @type {{ stdout: string }} */ (error)
      throw error
    })
    const findings = readAudit(stdout)
    if (findings === null) isAudited = false
    else failures.push(...findings.map((finding) => `${wanted}: npm audit: ${finding}`))
  } catch (error) {
    failures.push(`${wanted}: npm audit: ${String(error)}`)
  }
}

/**
 * Runs a command and keeps what it said when it fails.
 *
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, timeout?: number, silent?: boolean }} [options] `silent`: a word on
 *   stderr is a failure as well, for a package must load without a warning
 */
async function attempt(what, command, args, { silent = false, ...options } = {}) {
  try {
    const { stderr } = await run(command, args, { timeout: 60_000, ...options })
    if (silent && stderr !== '') throw new Error(stderr)
    return true
  } catch (error) {
    const { message, stdout } = /** @type {Error & { stdout?: string }} */ (error)
    failures.push([what, message, stdout].filter(Boolean).join('\n'))
    return false
  }
}
