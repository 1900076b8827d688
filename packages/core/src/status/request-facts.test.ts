import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { PROXY_HEADERS, requestFacts } from './request-facts.ts'

function message(headers: Record<string, string>, more: object = {}): IncomingMessage {
  const rawHeaders = Object.entries(headers).flat()
  const socket = { remoteAddress: '127.0.0.1' }
  return { method: 'GET', url: '/', headers, rawHeaders, socket, ...more } as never
}

describe('the facts of a request', () => {
  it.each([
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-anything',
    ...PROXY_HEADERS,
  ])('%s says that a proxy stands in between', (name) => {
    expect(requestFacts(message({ [name]: '' })).forwarded).toBe(true)
    expect(requestFacts(message({ [`app-${name}`]: '1' })).forwarded).toBe(false)
  })

  it('a target with a host in it is one for a proxy', () => {
    expect(requestFacts(message({}, { url: 'http://localhost/_monitor' })).forwarded).toBe(true)
  })

  it('HTTP/1.0 is what a proxy speaks', () => {
    const version = (httpVersionMajor: number, httpVersionMinor: number) =>
      requestFacts(message({}, { httpVersionMajor, httpVersionMinor })).forwarded
    expect(version(1, 0)).toBe(true)
    expect(version(1, 1)).toBe(false)
    expect(version(2, 0)).toBe(false)
  })

  it('two hosts that differ are none, two that are the same are one', () => {
    const host = (...rawHeaders: string[]) =>
      requestFacts(message({ host: 'localhost' }, { rawHeaders })).host
    expect(host('Host', 'localhost', 'HOST', 'evil.test')).toBeUndefined()
    expect(host(':authority', 'localhost', 'host', 'evil.test')).toBeUndefined()
    expect(host(':authority', 'localhost', 'host', 'localhost')).toBe('localhost')
    expect(host()).toBe('localhost')
  })

  it('a socket that is gone has no address', () => {
    const socket = new Proxy(
      {},
      {
        get: () => {
          throw new Error('ERR_HTTP2_SOCKET_UNBOUND')
        },
      },
    )
    expect(requestFacts(message({}, { socket })).peer).toBeUndefined()
  })
})
