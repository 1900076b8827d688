import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Profiler } from '@mtaio/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type * as decorated from './decorated.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)

// The test runner does not compile decorators, so the compiler of our users does. It checks the
// types of both kinds on the way.
describe.each([
  ['standard', {}],
  ['experimental', { experimentalDecorators: true }],
])('%s decorators', (_, options) => {
  let outDir = ''
  let made: ReturnType<typeof decorated.decorate>
  const profiler = new Profiler()
  const calls = (name: string): number => profiler.getProfile().getMetrics(name).callCount

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'mtaio-decorators-'))
    const project = join(outDir, 'tsconfig.json')
    await writeFile(
      project,
      JSON.stringify({
        extends: join(root, 'tsconfig.base.json'),
        compilerOptions: {
          ...options,
          outDir,
          rootDir: root,
          typeRoots: [join(root, 'node_modules/@types')],
          composite: false,
          declaration: false,
          declarationMap: false,
          isolatedDeclarations: false,
        },
        files: [join(here, 'decorated.ts')],
      }),
    )
    await writeFile(join(outDir, 'package.json'), '{ "type": "module" }')
    await promisify(execFile)(process.execPath, [tsc, '-p', project])
    const compiled = pathToFileURL(join(outDir, 'test/decorators/decorated.js')).href
    made = ((await import(compiled)) as typeof decorated).decorate(profiler)
  })

  afterAll(() => rm(outDir, { recursive: true, force: true }))

  test('trace methods with this, arguments, names and lengths', () => {
    const users = new made.Users()
    expect(users.find(7)).toBe('user 7')
    expect([users.find.name, users.find.length]).toEqual(['find', 1])
    expect(calls('find')).toBe(1)
  })

  test('trace by another name, and what is called inside is a part of it', async () => {
    expect(await new made.Users().load(8)).toBe('user 8')
    expect(calls('load user')).toBe(1)
    const { traces } = profiler.getProfile()
    const load = traces.find(({ name }) => name === 'load user')!
    expect(load.spans!.map(({ name }) => name)).toEqual(['find'])
  })

  test('trace static methods', () => {
    expect(made.Users.count(2)).toBe('users 2')
    expect(calls('count')).toBe(1)
  })

  test('trace generators and async generators', async () => {
    const users = new made.Users()
    expect([...users.all()]).toEqual([1, 2])
    const pages: number[] = []
    for await (const page of users.pages(3)) pages.push(page)
    expect(pages).toEqual([1, 2, 3])
    expect([calls('all'), calls('pages')]).toEqual([1, 1])
  })

  test('trace methods that throw', () => {
    expect(() => new made.Users().fail()).toThrow(TypeError)
    expect(profiler.getProfile().getMetrics('fail').errorCount).toBe(1)
  })

  test('and using, as the compiler lowers it, keeps siblings apart', async () => {
    await Promise.all([made.declared('a'), made.declared('b')])
    const { traces } = profiler.getProfile()
    for (const name of ['a', 'b']) {
      const trace = traces.find((one) => one.name === name)!
      expect(trace.parentId).toBeNull()
      expect(trace.spans!.map((span) => span.name)).toEqual([`${name} sync`, `${name} async`])
    }
  })
})
