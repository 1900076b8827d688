import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { readImports } from './imports.mjs'

/** @import { Import } from './imports.mjs' */

/**
 * The floors of docs/architecture.md as data. A room may import itself, what stands in `uses`, and
 * from outside node: and the packages in `packages`. `http: true` lets it see node:http and its kin.
 *
 * @typedef {{ uses: readonly string[], packages?: readonly string[], http?: boolean }} Room
 * @type {Readonly<Record<string, Room>>}
 */
const ROOMS = {
  ground: { uses: [] },
  metrics: { uses: ['ground'] },
  system: { uses: ['ground'], packages: ['systeminformation'] },
  monitor: { uses: ['ground', 'metrics', 'system'] },
  profiler: { uses: ['ground', 'metrics'] },
  http: {
    uses: ['ground', 'metrics', 'system', 'monitor', 'profiler'],
    packages: ['on-finished'],
    http: true,
  },
  status: {
    uses: ['ground', 'metrics', 'system', 'monitor', 'profiler', 'http'],
    packages: ['@mtaio/dashboard'],
    http: true,
  },
  top: {
    uses: ['ground', 'metrics', 'system', 'monitor', 'profiler', 'http', 'status'],
    http: true,
  },
}

/** Files of core's src itself that know the rooms. The others there are ground. */
const TOP_FILES = new Set(['index', 'mtaio', 'options'])

/** @type {Readonly<Record<string, { types: readonly string[], packages: readonly string[] }>>} */
const ADAPTERS = {
  express: { types: ['express', 'express-serve-static-core'], packages: [] },
  koa: { types: ['koa', '@koa/router', 'koa-router'], packages: [] },
  fastify: { types: ['fastify'], packages: ['fastify-plugin'] },
}

/** What is built into the page. */
const PAGE_PACKAGES = ['preact', '@preact/signals', 'uplot']

const HTTP_MODULES = new Set(['http', 'http2', 'https'].flatMap((name) => [name, `node:${name}`]))

const WEB_FRAMEWORKS = new Set(
  Object.values(ADAPTERS).flatMap(({ types, packages }) => [...types, ...packages]),
)

/**
 * @param {string} file path from the root of the repository, with slashes
 * @param {string} source
 * @returns {string[]} one line per import that breaks the floors
 */
export function faultsIn(file, source) {
  try {
    return readImports(file, source).flatMap((found) => {
      const reason = forbidden(file, found)
      return reason === null ? [] : [`${file}:${found.line}: ${reason} (${found.specifier})`]
    })
  } catch (error) {
    // An import that was not seen must not pass.
    return [`${file}: ${String(error)}`]
  }
}

/**
 * @param {string} file
 * @param {Import} what
 * @returns {string | null} why the import breaks the floors; null when it is allowed
 */
function forbidden(file, { specifier, typeOnly }) {
  const [, name = '', ...inPackage] = file.split('/')
  const isTest = /\.test\.[cm]?[jt]sx?$/.test(file)
  if (specifier === null) return isTest ? null : 'what is loaded must be plain to read'

  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier)
    if (!target.startsWith(`packages/${name}/`)) {
      const readsTypes = name === 'dashboard' && typeOnly && target.startsWith('packages/core/src/')
      return readsTypes ? null : 'a package reaches another one by its name only'
    }
    if (!target.startsWith(`packages/${name}/src/`) && !isTest) return 'this lies outside src'
    return name === 'core' ? betweenRooms(file, target) : null
  }

  const pkg = packageName(specifier)
  if (pkg.startsWith('@mtaio/') && specifier !== pkg) return `only the public face of ${pkg}`
  if (name === 'core') return fromCore(roomOf(inPackage), specifier, pkg, isTest)
  if (name === 'dashboard') return fromDashboard(specifier, pkg, typeOnly, isTest)
  const adapter = ADAPTERS[name]
  if (adapter === undefined) return `no floors are written for packages/${name}`
  return fromAdapter(adapter, specifier, pkg, typeOnly, isTest)
}

/** @type {(file: string, target: string) => string | null} */
function betweenRooms(file, target) {
  const from = roomOf(file.split('/').slice(2))
  const to = roomOf(target.split('/').slice(2))
  const room = ROOMS[from]
  if (room === undefined) return `no floors are written for the room ${from}`
  return from === to || room.uses.includes(to) ? null : `${from} must not know ${to}`
}

/** @type {(room: string, specifier: string, pkg: string, isTest: boolean) => string | null} */
function fromCore(room, specifier, pkg, isTest) {
  if (WEB_FRAMEWORKS.has(pkg)) return 'core knows no web framework'
  if (pkg.startsWith('@mtaio/') && pkg !== '@mtaio/dashboard') return `core must not know ${pkg}`
  if (isTest) return null
  const { packages = [], http = false } = ROOMS[room] ?? { uses: [] }
  if (HTTP_MODULES.has(specifier)) return http ? null : `${room} knows nothing of HTTP`
  return isBuiltin(specifier) || packages.includes(pkg) ? null : `${room} must not import ${pkg}`
}

/** @type {(specifier: string, pkg: string, typeOnly: boolean, isTest: boolean) => string | null} */
function fromDashboard(specifier, pkg, typeOnly, isTest) {
  // `@core/` is the alias of packages/dashboard/tsconfig.json for the sources of core.
  if (pkg === '@mtaio/core' || specifier.startsWith('@core/')) {
    return typeOnly ? null : 'the page has only types of core'
  }
  if (isTest || PAGE_PACKAGES.includes(pkg)) return null
  return isBuiltin(specifier) ? 'the page runs in a browser' : `the page must not import ${pkg}`
}

/** @type {(adapter: { types: readonly string[], packages: readonly string[] }, specifier: string, pkg: string, typeOnly: boolean, isTest: boolean) => string | null} */
function fromAdapter(adapter, specifier, pkg, typeOnly, isTest) {
  if (pkg === '@mtaio/core' || isBuiltin(specifier) || adapter.packages.includes(pkg)) return null
  if (pkg.startsWith('@mtaio/')) return `an adapter must not know ${pkg}`
  if (isTest) return null
  if (!adapter.types.includes(pkg)) return `an adapter must not import ${pkg}`
  return typeOnly ? null : `an adapter has only types of ${pkg}`
}

/** @param {readonly string[]} inPackage path below packages/core: src, then a room or a file */
function roomOf(inPackage) {
  const [, first = '', ...rest] = inPackage
  if (rest.length > 0) return first
  return TOP_FILES.has(first.split('.')[0] ?? '') ? 'top' : 'ground'
}

/** @param {string} specifier */
function packageName(specifier) {
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

/** @param {string} specifier */
function isBuiltin(specifier) {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}
