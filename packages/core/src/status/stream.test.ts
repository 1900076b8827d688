import { createServer, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { StreamHub } from './stream.ts'

describe('the hub', () => {
  it('breaks a long silence with a comment, so that proxies keep the stream', async () => {
    let nowMs = 0
    const hub = new StreamHub({
      document: () => null,
      maxStreams: 1,
      maxStreamBuffer: 1000,
      heartbeatMs: 15_000,
      now: () => nowMs,
    })
    const server = createServer((req, res) => {
      hub.open(req, res, () => true)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const [res] = (await once(get({ host: '127.0.0.1', port }), 'response')) as [IncomingMessage]
    let text = ''
    res.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    nowMs = 14_999
    // Two rounds of the timer that looks after the viewers.
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(text).toBe('retry: 2000\n\n')
    nowMs = 15_000
    await once(res, 'data')
    expect(text).toBe('retry: 2000\n\n:\n\n')
    hub.stop()
    await once(res, 'end')
    server.close()
  })
})
