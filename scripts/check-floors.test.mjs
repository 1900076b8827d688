import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { faultsIn } from './lib/floors.mjs'

const script = fileURLToPath(new URL('check-floors.mjs', import.meta.url))

/**
 * Runs the check on a tree of the given files.
 *
 * @param {Record<string, string>} files
 */
function check(files) {
  const root = mkdtempSync(join(tmpdir(), 'mtaio-floors-'))
  try {
    for (const [file, source] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), source)
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], {
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** @type {[file: string, source: string][]} */
const forbidden = [
  ['core/src/metrics/a.ts', `import { b } from '../http/b.ts'`],
  ['core/src/metrics/a.ts', `import type { B } from '../system/b.ts'`],
  ['core/src/metrics/a.ts', `import { createServer } from 'node:http'`],
  ['core/src/system/a.ts', `export * from '../monitor/b.ts'`],
  ['core/src/monitor/a.ts', `import type { B } from '../profiler/b.ts'`],
  ['core/src/monitor/a.ts', `import type { B } from '../status/api-types.ts'`],
  ['core/src/monitor/a.ts', `type B = import('../http/b.ts').B`],
  ['core/src/profiler/a.ts', `export { b } from '../monitor/b.ts'`],
  ['core/src/profiler/a.ts', `export type { B } from '../status/b.ts'`],
  ['core/src/http/a.ts', `const b = await import('../status/b.ts')`],
  ['core/src/http/a.ts', `import { createMtaio } from '../mtaio.ts'`],
  ['core/src/http/a.ts', `import { createMtaio } from '../index.ts'`],
  ['core/src/http/a.ts', `import type { Request } from 'express'`],
  ['core/src/http/a.test.ts', `import express from 'express'`],
  ['core/src/clock.ts', `import { b } from './metrics/b.ts'`],
  ['core/src/http/a.ts', `import b from 'lodash'`],
  ['core/src/http/a.ts', `const b = require('lodash/fp')`],
  ['core/src/http/a.ts', `import b = require('lodash')`],
  ['core/src/http/a.ts', `const b = await import(process.argv[2])`],
  ['core/src/http/a.ts', `const load = createRequire(import.meta.url)`],
  ['core/src/http/a.ts', `const b = createRequire(import.meta.url)('lodash')`],
  ['core/src/http/a.ts', `const b = createRequire(import.meta.url).resolve('lodash')`],
  ['core/src/http/a.ts', `const b = import.meta.resolve('lodash')`],
  ['core/src/http/a.ts', `declare module 'express' {}`],
  ['core/src/http/a.ts', `/// <reference types="koa" />`],
  ['core/src/http/a.ts', `import { b } from '../../../koa/src/b.ts'`],
  ['core/src/http/a.ts', `import { b } from '../../dist/b.js'`],
  ['core/src/kitchen/a.ts', `import { b } from '../metrics/b.ts'`],
  ['express/src/a.ts', `import { b } from '../../core/src/http/b.ts'`],
  ['express/src/a.ts', `import type { B } from '@mtaio/core/dist/http/b.js'`],
  ['express/src/a.ts', `import express from 'express'`],
  ['express/src/a.ts', `import { type Request } from 'express'`],
  ['express/src/a.ts', `import type { Context } from 'koa'`],
  ['express/src/a.ts', `import fp from 'fastify-plugin'`],
  ['koa/src/a.ts', `import { mtaioExpress } from '@mtaio/express'`],
  ['dashboard/src/a.ts', `import { createMtaio } from '@mtaio/core'`],
  ['dashboard/src/a.ts', `import { b } from '../../core/src/status/api-types.ts'`],
  ['dashboard/src/a.ts', `import { clock } from '@core/clock.ts'`],
  ['dashboard/src/a.ts', `import { createMtaio } from '@mtaio/express'`],
  ['dashboard/src/a.ts', `import b from 'lodash'`],
  ['dashboard/src/a.ts', `import { readFileSync } from 'node:fs'`],
  ['hapi/src/a.ts', `import '@hapi/hapi'`],
]

const allowed = {
  'packages/core/src/index.ts': `export { createMtaio } from './mtaio.ts'`,
  'packages/core/src/mtaio.ts': `import { b } from './status/b.ts'\nimport { c } from './clock.ts'`,
  'packages/core/src/metrics/a.ts': `import { b } from '../clock.ts'\nimport { c } from './c.ts'`,
  'packages/core/src/monitor/a.ts': `import { b } from '../system/b.ts'\nimport fs from 'node:fs'`,
  'packages/core/src/system/a.ts': `const b = createRequire(import.meta.url).resolve('systeminformation')`,
  'packages/core/src/http/a.ts': `import http from 'node:http'\nimport on from 'on-finished'`,
  'packages/core/src/http/a.test.ts': `import { test } from 'vitest'`,
  'packages/core/src/status/a.ts': `import { assets } from '@mtaio/dashboard'`,
  'packages/express/src/a.ts': `import type { Request } from 'express'\nexport * from '@mtaio/core'`,
  'packages/express/src/a.test.ts': `import express from 'express'`,
  'packages/fastify/src/a.ts': `import fp from 'fastify-plugin'\nimport type { Fastify } from 'fastify'`,
  'packages/dashboard/src/a.ts': `import type { Api } from '@core/status/api-types.ts'`,
  'packages/dashboard/src/a.tsx': `import type { Status } from '@mtaio/core'\nimport { h } from 'preact'`,
}

describe('faultsIn', () => {
  test.each(Object.entries(allowed))('allows %s: %s', (file, source) => {
    expect(faultsIn(file, source)).toEqual([])
  })

  test.each(forbidden)('forbids %s: %s', (file, source) => {
    expect(faultsIn(`packages/${file}`, `\n${source}\n`)).toEqual([
      expect.stringMatching(`^packages/${file}:2: `),
    ])
  })

  test('fails on a file that it cannot read', () => {
    const file = 'packages/core/src/clock.ts'
    expect(faultsIn(file, `import { from 'x'`)).toEqual([expect.stringMatching(`^${file}: `)])
  })
})

describe('check-floors', () => {
  test('passes a tree that keeps the floors', () => {
    expect(check(allowed)).toMatchObject({ status: 0, stderr: '' })
  })

  test('fails on a tree with one import that points upwards', () => {
    const file = 'packages/core/src/metrics/deep/below.ts'
    const { status, stderr } = check({ ...allowed, [file]: `import '../../http/a.ts'` })
    expect(stderr).toBe(`${file}:1: metrics must not know http (../../http/a.ts)\n`)
    expect(status).toBe(1)
  })
})
