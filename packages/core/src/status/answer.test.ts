import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
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

it.each(['', 'gzip'])(
  'who does not read a long answer is let go, who reads late is not (%s)',
  async (encoding) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    // What no compression makes small.
    const pieces = Array.from({ length: 400 }, () => randomBytes(65_536))
    const responses: ServerResponse[] = []
    const server = createServer((req, res) => {
      responses.push(res)
      send(req, res, { status: 200, type: 'text/plain', body: pieces })
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const head = `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\naccept-encoding: ${encoding}\r\n\r\n`
    const open = () =>
      connect(port, '127.0.0.1')
        .on('error', () => {})
        .pause()
    const readers = [open(), open()] as const
    for (const reader of readers) reader.write(head)
    // Both wait, each for its reader.
    while (vi.getTimerCount() < 2) await turn()
    vi.advanceTimersByTime(29_000)
    let read = 0
    readers[1].on('data', (chunk: Buffer) => (read += chunk.length)).resume()
    await once(readers[1], 'close')
    expect(read).toBeGreaterThan(400 * 65_536)
    expect(responses.map(({ destroyed }) => destroyed).toSorted()).toEqual([false, true])
    vi.advanceTimersByTime(30_000)
    expect(responses.every(({ destroyed }) => destroyed)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    readers[0].destroy()
  },
)
