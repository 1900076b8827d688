import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { resolveAccess } from '../../packages/core/src/status/access.ts'
import type { Resource } from '../../packages/core/src/status/access-decision.ts'
import { sleep, StatusServer } from './status-server.ts'

const ADDRESSES = [
  '/_monitor',
  '/_monitor/',
  '/_monitor//',
  '/_monitor/r/0000000000000000',
  '/_monitor/favicon.svg',
  '/_monitor/assets/../../package.json',
  '/_monitor/metrics',
  '/_monitor//metrics/',
  '/_monitor/health',
  '/_monitor/api/snapshot',
  '/_monitor/api//snapshot',
  '/_monitor/api/history?seconds=60',
  '/_monitor/api/routes',
  '/_monitor/api/routes/histogram?method=GET&route=%2F',
  '/_monitor/api/requests',
  '/_monitor/api/requests/0000000000000000',
  '/_monitor/api/metrics',
  '/_monitor/api/profile',
  '/_monitor/api/profile/export',
  '/_monitor/api/profile/reset',
  '/_monitor/api/alerts',
  '/_monitor/api/stream',
  '/_monitor/%61pi/snapshot',
  '/_monitor/nothing',
  '/_monitor?x=1',
  '/_monitor/logout',
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']

function start(options: ConstructorParameters<typeof StatusServer>[0] = {}) {
  return new StatusServer(options).listen()
}

describe('a stranger', () => {
  it('gets one and the same refusal at every address and by every method', async () => {
    await using app = await start({ access: { authorize: () => false } })
    const bodies = new Set<string>()
    for (const path of ADDRESSES) {
      for (const method of METHODS) {
        const { status, body, headers } = await app.send(method, path, { accept: '*/*' })
        expect([method, path, status]).toEqual([method, path, 403])
        expect(headers['access-control-allow-origin']).toBeUndefined()
        bodies.add(body)
      }
    }
    bodies.delete('') // HEAD
    expect([...bodies]).toEqual(['{"error":{"code":"refused","message":"Refused."}}'])
    expect(app.status.refusals).toBe(ADDRESSES.length * METHODS.length)
    // One line for reading, one for what would change something.
    expect(app.log.map((line) => line.slice(0, 13))).toEqual(['MTAIO_REFUSED', 'MTAIO_REFUSED'])
  })

  it('of another machine, by a proxy, under another name or from another site is refused', async () => {
    await using app = await start()
    const refused: Record<string, string>[] = [
      { 'x-forwarded-for': '127.0.0.1' },
      { 'X-Forwarded-Host': 'localhost' },
      { forwarded: 'for=127.0.0.1' },
      { via: '1.1 proxy' },
      { 'x-real-ip': '127.0.0.1' },
      { host: 'evil.test' },
      { host: 'a:b@localhost' },
      { host: 'localhost.evil.test' },
      { origin: 'http://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    ]
    for (const headers of refused) {
      const { status } = await app.get('/_monitor/api/snapshot', headers)
      expect([headers, status]).toEqual([headers, 403])
    }
    expect((await app.get('/_monitor/api/snapshot')).status).toBe(200)
    for (const line of app.log) expect(line).not.toContain('evil')
  })

  it('without a Host, with two of them, or with an absolute target is refused', async () => {
    await using app = await start()
    const rest = 'Connection: close\r\n\r\n'
    const get = 'GET /_monitor/api/snapshot HTTP/1.1\r\n'
    expect(await app.raw(`${get}Host: localhost\r\n${rest}`)).toContain('HTTP/1.1 200')
    expect(await app.raw(`GET /_monitor/api/snapshot HTTP/1.0\r\n\r\n`)).toContain(' 403 ')
    expect(await app.raw(`${get}Host: localhost\r\nHost: evil.test\r\n${rest}`)).toMatch(/ 40[03] /)
    // Not an address of ours: the app answers.
    const absolute = 'GET http://localhost/_monitor/api/snapshot HTTP/1.1\r\nHost: localhost\r\n'
    expect(await app.raw(absolute + rest)).toMatch(/\r\n\r\napp$/)
  })

  it('of a renamed path is the app’s', async () => {
    await using app = await start()
    for (const path of ['/_MONITOR', '/_monitorx', '/%5fmonitor', '//_monitor', '/x/_monitor']) {
      expect((await app.get(path)).body).toBe('app')
    }
  })
})

describe('production', () => {
  it('has no page without a guard, and says once which line to add', async () => {
    await using app = await start({ environment: 'production' })
    for (const path of ADDRESSES) expect((await app.get(path)).body).toBe('app')
    expect(app.log).toHaveLength(1)
    expect(app.log[0]).toMatch(/^MTAIO_NOT_MOUNTED .*token: process\.env\.MTAIO_TOKEN/)
  })

  it('can have a public health alone, without details', async () => {
    await using app = await start({ environment: 'production', access: { publicHealth: true } })
    app.monitor.firing = [alert]
    const health = await app.get('/_monitor/health', {
      host: 'shop.test',
      'x-forwarded-for': '1.2.3.4',
    })
    expect(health.status).toBe(200)
    expect(JSON.parse(health.body).checks).toContainEqual({
      name: 'cpu_usage',
      status: 'warning',
      message: null,
    })
    expect((await app.get('/_monitor/api/snapshot')).body).toBe('app')
    expect((await app.send('POST', '/_monitor/health')).body).toBe('app')
  })

  it('is open to a token', async () => {
    await using app = await start({ environment: 'production', access: { token: 's3cret' } })
    expect(app.log).toEqual([])
    const headers = {
      authorization: 'Bearer s3cret',
      host: 'shop.test',
      'x-forwarded-for': '1.2.3.4',
    }
    expect((await app.get('/_monitor/metrics', headers)).status).toBe(200)
    expect((await app.get('/_monitor/metrics')).status).toBe(401)
  })
})

const alert = {
  id: '1',
  metric: 'cpu_usage',
  labels: null,
  state: 'firing',
  value: 97,
  threshold: 80,
  since: 1,
  until: null,
  message: null,
} as const

describe('authorize', () => {
  it('is told the resource, may be async, and only true lets in', async () => {
    const asked: Resource[] = []
    let answer: unknown = true
    await using app = await start({
      access: {
        authorize: (_req, resource) => {
          asked.push(resource)
          return Promise.resolve(answer as boolean)
        },
      },
    })
    const headers = { host: 'shop.test', 'x-forwarded-for': '1.2.3.4' }
    const addresses = {
      '/_monitor': 'page',
      '/_monitor/assets/app.js': 'page',
      '/_monitor/api/routes': 'api',
      '/_monitor/api/requests': 'api',
      '/_monitor/api/metrics': 'api',
      '/_monitor/metrics': 'metrics',
      '/_monitor/health': 'health',
      '/_monitor/api/requests/0000000000000000': 'sensitive',
      '/_monitor/api/requests/0000000000000000?format=chrome-trace': 'sensitive',
      '/_monitor/api/profile/export': 'sensitive',
    }
    for (const path of Object.keys(addresses)) {
      expect((await app.get(path, headers)).status).not.toBe(403)
    }
    expect(asked).toEqual(Object.values(addresses))
    const reset = '/_monitor/api/profile/reset'
    const origin = 'http://shop.test'
    expect((await app.send('POST', reset, { ...headers, origin })).status).toBe(200)
    expect(asked.at(-1)).toBe('sensitive')
    for (answer of [false, undefined, null, 1, 'yes', {}]) {
      expect((await app.get('/_monitor/api/routes', headers)).status).toBe(403)
    }
  })

  it('that throws or rejects refuses, is counted and said once', async () => {
    let fails = (): Promise<boolean> => {
      throw new Error('no\r\ndatabase')
    }
    await using app = await start({ access: { authorize: () => fails() } })
    expect((await app.get('/_monitor/api/routes')).status).toBe(403)
    fails = () => Promise.reject(new Error('late'))
    expect((await app.get('/_monitor/api/routes')).status).toBe(403)
    expect(app.status.failures).toBe(2)
    expect(app.log).toHaveLength(1)
  })
})

describe('an authorize that hangs', () => {
  it('refuses after its seconds, and says it once', async () => {
    await using app = await start({ access: { authorize: () => new Promise(() => {}) } })
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((
      call: (late: unknown) => void,
      ms: number,
      late: unknown,
    ) => {
      expect(ms).toBe(10_000)
      return setImmediate(call, late)
    }) as never)
    try {
      for (let i = 0; i < 2; i++) {
        const { status, body } = await app.get('/_monitor/api/routes')
        expect([status, body]).toEqual([403, '{"error":{"code":"refused","message":"Refused."}}'])
      }
    } finally {
      vi.restoreAllMocks()
    }
    expect(app.log).toEqual([expect.stringContaining('authorize gave no answer within 10 seconds')])
    expect(app.status.failures).toBe(2)
  })
})

describe('a token', () => {
  it.each([
    ['', 'Bearer '],
    ['nothing', 'Bearer'],
    ['another', 'Bearer s3cre'],
    ['a longer one', 'Bearer s3crets'],
    ['a large one', `Bearer ${'x'.repeat(12_000)}`],
    ['not ASCII', 'Bearer s3cr\u00e9t'],
    ['another scheme', 'Basic s3cret'],
  ])('%s is answered with 401', async (_name, authorization) => {
    await using app = await start({ access: { token: 's3cret' } })
    const { status, headers } = await app.get('/_monitor/api/snapshot', { authorization })
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe('Bearer')
  })

  it('of a megabyte in the form is refused without being read whole', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    const body = `token=${'x'.repeat(1_000_000)}`
    const status = await app.send('POST', '/_monitor/session', {}, body).then(
      (reply) => reply.status,
      (error: NodeJS.ErrnoException) => error.code,
    )
    // The server may close before all of it has been sent.
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(status)
  })

  it('whose form is broken off is no failure, and uses up no line of the log', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    for (let i = 0; i < 3; i++) {
      const socket = connect(app.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        'POST /_monitor/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\ntoken=',
      )
      await once(app.server, 'request')
      await sleep(5)
      socket.resetAndDestroy()
      await sleep(20)
    }
    expect(app.status.failures).toBe(0)
    expect(app.log).toEqual([])
  })

  it('that is empty or cannot be sent is an error at start-up', () => {
    for (const token of ['', ' ', 'a b', 'ü', 'a\n', 1 as unknown as string]) {
      expect(() => resolveAccess({ token })).toThrow(/token must be/)
    }
    expect(() => resolveAccess({ authorize: 'x' as never })).toThrow(/authorize must be/)
    expect(() => resolveAccess({ allowedHosts: ['http://x'] })).toThrow(/allowedHosts/)
    expect(() => resolveAccess({ allowedHosts: ['*'] })).toThrow(/allowedHosts/)
    expect(() => resolveAccess({ allowedHosts: 'x' as never })).toThrow(/allowedHosts/)
    expect(() => resolveAccess({ publicHealth: 1 as never })).toThrow(/publicHealth/)
  })

  it('is exchanged by a browser for a cookie, and the address stays clean', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    const browser = { accept: 'text/html', host: 'shop.test' }
    const page = await app.get('/_monitor/r/00ff', browser)
    expect(page.status).toBe(401)
    expect(page.body).toContain('<base href="../">')
    expect(page.body).toContain('name="next" value="r/00ff"')
    expect(page.body).not.toMatch(/<script|<style|style=/)

    const wrong = await app.send('POST', '/_monitor/session', browser, 'token=wrong&next=r/00ff')
    expect(wrong.status).toBe(401)
    expect(wrong.headers['set-cookie']).toBeUndefined()

    const signedIn = await app.send(
      'POST',
      '/_monitor/session',
      browser,
      'token=s3cret&next=r/00ff',
    )
    expect(signedIn.status).toBe(303)
    expect(signedIn.headers.location).toBe('./r/00ff')
    const [set = ''] = signedIn.headers['set-cookie'] ?? []
    expect(set).toMatch(/^mtaio_[\w-]{8}=[\w.-]+; Max-Age=43200; HttpOnly; SameSite=Strict$/)
    expect(set).not.toContain('s3cret')

    const cookie = set.split(';')[0] ?? ''
    const signed = { ...browser, cookie: `a=b; ${cookie}; c=d` }
    expect((await app.get('/_monitor/', signed)).status).toBe(200)
    expect((await app.get('/_monitor/api/snapshot', { ...signed, accept: '*/*' })).status).toBe(200)
    expect((await app.get('/_monitor/', { ...browser, cookie: `${cookie}x` })).status).toBe(401)

    const origin = 'http://shop.test'
    expect((await app.send('POST', '/_monitor/logout', signed)).status).toBe(403)
    const out = await app.send('POST', '/_monitor/logout', { ...signed, origin })
    expect(out.status).toBe(303)
    expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0')
    expect((await app.get('/_monitor/', signed)).status).toBe(401)
  })

  it('leads back to what was chosen on the page, and to nothing that the page does not write', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    const browser = { accept: 'text/html' }
    const chosen = 'r/00ff?range=3600&from=1700000000.5&find=a%26b%3D%22%3C%3E&text=it%27s+%C3%BC'
    const value = `name="next" value="${chosen.replaceAll('&', '&amp;')}"`
    expect((await app.get(`/_monitor/${chosen}`, browser)).body).toContain(value)
    const form = (token: string, next: string) => new URLSearchParams({ token, next }).toString()
    const wrong = await app.send('POST', '/_monitor/session', browser, form('wrong', chosen))
    expect(wrong.body).toContain(value)
    const { headers } = await app.send('POST', '/_monitor/session', {}, form('s3cret', chosen))
    expect(headers.location).toBe(`./${chosen}`)

    for (const other of ['token=s3cret', 'a="><b', '//evil.test', `text=${'x'.repeat(1000)}`]) {
      const page = await app.get(`/_monitor/?${other}`, browser)
      expect(page.body).toContain('name="next" value=""')
      const answer = await app.send(
        'POST',
        '/_monitor/session',
        {},
        form('s3cret', `r/00ff?${other}`),
      )
      expect(answer.headers.location).toBe('./r/00ff')
    }
    const mixed = await app.get('/_monitor/?token=s3cret&range=60', browser)
    expect(mixed.body).toContain('name="next" value="?range=60"')
    expect(mixed.body).not.toContain('s3cret')
  })

  it('is asked for in a form with a style, which is there only where there is a form', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    const page = await app.get('/_monitor/', { accept: 'text/html' })
    expect(page.body).toContain('<link rel="stylesheet" href="session.css">')
    const style = await app.get('/_monitor/session.css')
    expect([style.status, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
    expect(style.headers['content-security-policy']).toContain("default-src 'none'")
    await using open = await start()
    expect((await open.get('/_monitor/session.css')).status).toBe(404)
    await using closed = await start({ environment: 'production' })
    expect((await closed.get('/_monitor/session.css')).body).toBe('app')
  })

  it('makes a Secure cookie on HTTPS, also where that ends at a proxy', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    const headers = { 'x-forwarded-proto': 'https' }
    const { headers: answer } = await app.send('POST', '/_monitor/session', headers, 'token=s3cret')
    expect(answer['set-cookie']?.[0]).toMatch(/; Secure$/)
  })

  it('is found where a body parser of the app has read the form before', async () => {
    await using app = await start({
      access: { token: 's3cret' },
      before: (req) => Object.assign(req, { body: { token: 's3cret', next: 'r/00ff', odd: {} } }),
    })
    const { status, headers } = await app.send('POST', '/_monitor/session', {}, 'read before')
    expect([status, headers.location]).toEqual([303, './r/00ff'])
  })

  it('is not taken from a form of another site', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await app.send('POST', '/_monitor/session', headers, 'token=s3cret')).status).toBe(403)
  })

  it('never leads to another site', async () => {
    await using app = await start({ access: { token: 's3cret' } })
    for (const next of ['//evil.test', 'https://evil.test', 'r/../../x', 'r/%2e%2e', '\\evil']) {
      const body = `token=s3cret&next=${encodeURIComponent(next)}`
      const { headers } = await app.send('POST', '/_monitor/session', {}, body)
      expect(headers.location).toBe('./')
    }
  })
})

describe('an action', () => {
  it('needs a POST that is proven to come from the page, or the token', async () => {
    await using app = await start()
    app.profiler.traceContext('work', () => 1)
    const reset = '/_monitor/api/profile/reset'
    const operations = async () => (await app.json('/_monitor/api/profile')).operations.length
    expect((await app.get(reset)).status).toBe(405)
    expect((await app.get(reset)).headers.allow).toBe('POST')
    expect((await app.send('POST', reset)).status).toBe(403)
    expect((await app.send('POST', reset, { 'sec-fetch-site': 'same-site' })).status).toBe(403)
    expect((await app.send('POST', reset, { origin: 'http://localhost:1' })).status).toBe(403)
    expect(await operations()).toBe(1)
    expect((await app.send('POST', reset, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect(await operations()).toBe(0)

    await using guarded = await start({ access: { token: 't' } })
    const bearer = { authorization: 'Bearer t', 'sec-fetch-site': 'cross-site' }
    expect((await guarded.send('POST', reset, bearer)).status).toBe(200)
  })
})
