import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const directory = fileURLToPath(new URL('.', import.meta.url))

/** Parts of Node that a server makes no use of, and that take megabytes of its memory. */
const UNUSED = /undici|webstreams|http2|tls_wrap/

/** The parts of Node that mtaio loads into an app which has its framework. */
async function loadedBeside(framework: string, adapter: string): Promise<string[]> {
  const program = `
    await import('${framework}')
    const before = new Set(process.moduleLoadList)
    const { createMtaio } = await import('${adapter}')
    await createMtaio().start()
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))
    process.exit()
  `
  const args = ['--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory })
  return JSON.parse(stdout) as string[]
}

describe.each([
  ['express5', '@mtaio/express'],
  ['koa', '@mtaio/koa'],
  ['fastify', '@mtaio/fastify'],
])('an app of %s', (framework, adapter) => {
  it('is given no part of Node that a server makes no use of', async () => {
    const loaded = await loadedBeside(framework, adapter)
    expect(loaded).not.toEqual([])
    expect(loaded.filter((name) => UNUSED.test(name))).toEqual([])
  })
})
