import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canary, CanaryApp } from './canary-app.ts'

// What a framework's own parsers say of what they cannot read, kept without any `redact`.
describe.each([
  ['express4', ['Unexpected token [input]', "param '[input]'", "stat '[path]'"]],
  [
    'express5',
    ['Unexpected token [input]', "param '[input]'", 'charset \\"[input]', "stat '[path]'"],
  ],
  ['koa', ['Unexpected token [input]', 'for POST [path]?[query]']],
  ['fastify4', ['Unexpected token [input]', 'Media Type: [input]']],
  ['fastify5', ['Body is not valid JSON', 'Unsupported Media Type']],
])('the parsers of %s, in production', (framework, said) => {
  const token = `token${randomBytes(8).toString('hex')}`
  let app: CanaryApp
  beforeAll(async () => {
    app = await CanaryApp.start('stock-parsers-process.mjs', framework, 'production', token)
    const line = (): string => `POST /users/${canary('path')}?${canary('name')}=${canary('query')}`
    const body = { json: 'Content-Type: application/json', host: 'Host: localhost' }
    const bodies = [
      canary('body'),
      `{"a":${canary('member')}}`,
      `["a long beginning of a body", ${canary('element')}, "and a long end of it"]`,
      '[1]',
    ]
    for (const sent of bodies) await app.send(line(), [body.host, body.json], sent)
    const types = [`text/${canary('type')}`, `application/json; charset=${canary('charset')}`]
    for (const type of types) await app.send(line(), [body.host, `Content-Type: ${type}`], '[1]')
    const encoding = `Content-Encoding: ${canary('encoding')}`
    await app.send(line(), [body.host, body.json, encoding], '[1]')
    for (const path of [`/users/${canary('param')}%zz`, `/${canary('nowhere')}%zz`]) {
      await app.send(`GET ${path}?${canary('query')}`, [body.host])
    }
    for (const place of ['static', 'files']) {
      await app.send(`GET /${place}/${canary('file')}`, [body.host])
    }
    await app.send(`GET /users/7`, [body.host])
  })
  afterAll(() => app.stop())

  it('are not quoted in what is shown', async () => {
    const all = (await app.readEverything('/users/:id')).join('\n')
    for (const text of said) expect(all).toContain(text)
    expect(all.match(/canary\w*/gi)).toBeNull()
    expect(await app.log()).not.toMatch(/canary/i)
  })

  it('are not quoted in memory', async () => {
    const found = await app.canariesInHeap()
    // Fastify itself remembers which content types it was asked for.
    const isOwn = (secret: string): boolean =>
      framework.startsWith('fastify') && /^canary(type|charset)x/.test(secret)
    expect(found.filter((secret) => !isOwn(secret))).toEqual([])
  })
})
