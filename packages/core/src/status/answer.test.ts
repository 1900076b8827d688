import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { send } from './answer.ts'
import type { Answer } from './answer.ts'

/** The headers of an answer on a response that has a cookie of the app already. */
async function headersOf(answer: Partial<Answer>): Promise<Headers> {
  const server = createServer((req, res) => {
    res.setHeader('set-cookie', 'session=of-one-visitor')
    send(req, res, { status: 200, type: 'text/plain', body: 'x', ...answer })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { headers } = await fetch(`http://127.0.0.1:${port}/`)
  server.closeAllConnections()
  server.close()
  return headers
}

it('what any cache may keep carries no cookie of the app', async () => {
  const asset = await headersOf({ caching: 'immutable' })
  expect(asset.get('cache-control')).toContain('public')
  expect(asset.get('set-cookie')).toBeNull()
  expect((await headersOf({})).get('set-cookie')).toBe('session=of-one-visitor')
})
