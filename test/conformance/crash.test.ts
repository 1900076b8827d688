import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const APP = fileURLToPath(new URL('crash/crashing-app.mjs', import.meta.url))

interface End {
  readonly code: unknown
  readonly signal: unknown
  readonly stdout: string
  readonly stderr: string
}

/** Runs an app to its end. Needs the built packages, as an app does. */
function endOf(framework: string, how: string, mode: 'mtaio' | 'bare'): Promise<End> {
  return new Promise((resolve) => {
    const options = { timeout: 20_000, env: { ...process.env, NODE_OPTIONS: '' } }
    execFile(process.execPath, [APP, framework, how, mode], options, (error, stdout, stderr) =>
      resolve({
        code: error?.code ?? 0,
        signal: error?.signal ?? null,
        stdout,
        stderr: comparable(stderr, how),
      }),
    )
  })
}

/** Without the frames of stacks: those that mtaio runs in are in them. */
function comparable(stderr: string, how: string): string {
  // How deep a stack goes is chance, and so is how often Node says that it had an end.
  if (how.startsWith('deep')) return ''
  const text = stderr
    .split('\n')
    // In the report of an abort they have numbers, addresses and headings.
    .filter((line) => !/^ *(?:at|\d+:) |0x[\da-f]+|-----/.test(line))
    .join('\n')
    .trim()
  // A span passes errors on, so Node quotes its line above the error, in place of the app's.
  return how.endsWith('in a span') ? text.slice(text.indexOf('\nOwnError') + 1) : text
}

/**
 * Whether Node lets an app catch a stack that promises have filled inside of any async context; before
 * 20.20 and 22.22 it ends the process (CVE-2025-59466, see SECURITY.md).
 */
function survivesDeepPromises([major = 0, minor = 0]: readonly number[]): boolean {
  if (major === 20) return minor >= 20
  return major === 22 ? minor >= 22 : major > 22
}

const frameworks = [
  ['Express 4', 'express4'],
  ['Express 5', 'express5'],
  ['Koa 2', 'koa2'],
  ['Koa 3', 'koa3'],
  ['Fastify 4', 'fastify4'],
  ['Fastify 5', 'fastify5'],
] as const

// The ways in which a process ends say nothing about the framework: each is tried on one of them.
// Those that go through the framework are tried on all.
const EVERYWHERE = ['uncaught exception', 'deep recursion']
const WAYS: Readonly<Record<string, readonly string[]>> = {
  express4: ['unhandled rejection', 'process.abort'],
  express5: ['unhandled rejection in a span', 'process.exitCode'],
  koa2: ['uncaught exception in a span'],
  koa3: ['error event that nobody hears', 'SIGTERM'],
  fastify4: ['nothing left to do'],
  fastify5: ['deep recursion through promises', 'process.exit'],
}

const left = survivesDeepPromises(process.versions.node.split('.').map(Number))
  ? []
  : ['deep recursion through promises']

for (const [name, framework] of frameworks) {
  const ways = [...EVERYWHERE, ...WAYS[framework]!].filter((how) => !left.includes(how))
  describe(name, () => {
    describe('the exit code and stderr are the same with and without mtaio', () => {
      it.each(ways)('%s', async (how) => {
        const [watched, bare] = await Promise.all([
          endOf(framework, how, 'mtaio'),
          endOf(framework, how, 'bare'),
        ])
        expect(watched).toEqual(bare)
        if (how.startsWith('deep')) expect(watched.stdout).toBe('status 500\n')
      })
    })
  })
}
