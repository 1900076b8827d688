import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FRAMEWORKS, startApp, type SmallApp } from '../support/small-app.mjs'

const TOKEN = 'the-token-of-this-test'

/** What only an answer from inside has. */
const INSIDE = /nodejs_|"pid"|"checks"|"firing"|text\/event-stream|<script type="module"/

/** Ways to say the path that some router, proxy or framework takes for `/_monitor`. */
const TARGETS = [
  '/_monitor',
  '/_monitor/',
  '/_monitor?x=1',
  '/_monitor/?token=' + TOKEN,
  '/_monitor//api///snapshot',
  '//_monitor/api/snapshot',
  '///_monitor',
  '/./_monitor/metrics',
  '/x/../_monitor/metrics',
  '/_monitor/../_monitor/metrics',
  '/_monitor/x/../metrics',
  '/_monitor/%2e%2e/metrics',
  '/_monitor%2fapi%2fsnapshot',
  '/_monitor%2f..%2fmetrics',
  '/_monitor;x/metrics',
  '/_monitor;/api/snapshot',
  '/_monitor;x',
  '/_MONITOR/metrics',
  '/_Monitor',
  '/%5fmonitor/metrics',
  '/%5Fmonitor/api/snapshot',
  '/_monitor%20',
  '/_monitor%00/metrics',
  '/_monitor%c0%afmetrics',
  '/_monitor\\metrics',
  '/_monitor/metrics/',
  '/_monitor/METRICS',
  '/_monitor/metrics?format=json',
  '/_monitor/metrics#x',
  '/_monitor/api/stream',
  '/_monitor/api/requests/../snapshot',
  '/_monitor/api/snapshot/..;/',
  '/_monitor/api/%73napshot',
  '/_monitor/health',
  '/_monitor/session',
  '/_monitor/logout',
  '/_monitor/api/profile/reset',
  '/_monitor/__proto__',
  '/_monitor/api/__proto__',
  '/_monitor/api/constructor',
  'http://localhost/_monitor/metrics',
  'http://localhost:80/_monitor/api/snapshot',
  'HTTP://evil.test/_monitor/metrics',
  'https://user:password@localhost/_monitor/metrics',
  '*',
]

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'TRACE']

type Server = readonly [name: string, start: (options: object) => Promise<SmallApp>]

const routes = { '/app': () => 'app' }
const SERVERS: readonly Server[] = [
  ...FRAMEWORKS.map((framework): Server => [
    framework,
    (options) => startApp(framework, routes, options),
  ]),
  [
    'fastify with every leniency of its router',
    (options) =>
      startApp('fastify', routes, options, {
        framework: {
          routerOptions: {
            ignoreTrailingSlash: true,
            ignoreDuplicateSlashes: true,
            caseSensitive: false,
            useSemicolonDelimiter: true,
          },
          trustProxy: true,
        },
      }),
  ],
]

describe.each(SERVERS)('%s', (_name, start) => {
  let app: SmallApp
  let guarded: SmallApp
  beforeAll(async () => {
    ;[app, guarded] = await Promise.all([
      start({ logger: SILENT }),
      start({ token: TOKEN, logger: SILENT }),
    ])
  })
  afterAll(() => Promise.all([app, guarded].map(stop)))

  it('lets this machine in, so that what follows proves something', async () => {
    for (const path of ['', '/', '/metrics', '/api/snapshot', '/health', '//api///snapshot']) {
      const answer = await ask(app, `GET /_monitor${path}`, ['Host: localhost'])
      expect(answer, path).toMatch(INSIDE)
      const bearer = ['Host: app.test', `Authorization: Bearer ${TOKEN}`]
      expect(await ask(guarded, `GET /_monitor${path}`, bearer), path).toMatch(INSIDE)
    }
  })

  it.each([
    ['another Host', ['Host: evil.test']],
    ['no Host but HTTP/1.1', []],
    ['an empty Host', ['Host: ']],
    ['a Host with a user', ['Host: localhost@evil.test']],
    ['a Host with a user before', ['Host: evil.test@localhost']],
    ['a Host with a fragment', ['Host: localhost#.evil.test']],
    ['a Host with a path', ['Host: localhost/.evil.test']],
    ['a Host below localhost that is not', ['Host: localhost.evil.test']],
    ['a Host that ends in it', ['Host: evil-localhost']],
    ['another loopback as number', ['Host: 2130706433']],
    ['two Hosts', ['Host: localhost', 'Host: evil.test']],
    ['two Hosts turned', ['Host: evil.test', 'Host: localhost']],
    ['a folded Host', ['Host: evil.test\r\n localhost']],
    ['X-Forwarded-For', ['Host: localhost', 'X-Forwarded-For: 127.0.0.1']],
    ['X-Forwarded-Host', ['Host: localhost', 'X-Forwarded-Host: localhost']],
    ['an empty X-Forwarded-For', ['Host: localhost', 'X-Forwarded-For:']],
    ['Forwarded', ['Host: localhost', 'Forwarded: for=127.0.0.1']],
    ['Via', ['Host: localhost', 'Via: 1.1 proxy']],
    ['X-Real-IP', ['Host: localhost', 'X-Real-IP: 127.0.0.1']],
    ['a page of another site', ['Host: localhost', 'Sec-Fetch-Site: cross-site']],
    ['the same in capitals', ['Host: localhost', 'Sec-Fetch-Site: CROSS-SITE']],
    ['the Origin of another site', ['Host: localhost', 'Origin: http://evil.test']],
    ['the Origin null', ['Host: localhost', 'Origin: null']],
    ['the Origin of another port', ['Host: localhost:3000', 'Origin: http://localhost:4000']],
  ])('shows nothing to %s, however the path is written', async (_what, headers) => {
    await expectRefused(app, headers)
  })

  it('shows nothing to HTTP/1.0, which is what a bare proxy_pass of nginx speaks', async () => {
    await expectRefused(app, ['Host: localhost'], '1.0')
  })

  it.each([
    ['nothing', []],
    ['an empty bearer', ['Authorization: Bearer']],
    ['a blank bearer', ['Authorization: Bearer  ']],
    ['a wrong one', ['Authorization: Bearer the-token-of-this-tesT']],
    ['one too long', [`Authorization: Bearer ${TOKEN}x`]],
    ['one too short', [`Authorization: Bearer ${TOKEN.slice(0, -1)}`]],
    ['one of 12 KB', [`Authorization: Bearer ${'x'.repeat(12_000)}`]],
    ['one beyond ASCII', ['Authorization: Bearer \u00fc\u00ff\u0080']],
    ['the token as Basic', [`Authorization: Basic ${btoa(`x:${TOKEN}`)}`]],
    ['two tokens', ['Authorization: Bearer x', `Authorization: Bearer ${TOKEN}`]],
    ['the token under another header', [`X-Authorization: Bearer ${TOKEN}`]],
    ['the token as a cookie', [`Cookie: token=${TOKEN}; mtaio=${TOKEN}; mtaio_=${TOKEN}`]],
    ['a cookie without name', [`Cookie: =${TOKEN};;;`]],
    ['another method by a header', ['X-HTTP-Method-Override: GET']],
    ['another address by a header', ['X-Original-URL: /_monitor/metrics', 'X-Rewrite-URL: /app']],
  ])('with a token shows nothing to %s, however the path is written', async (_what, headers) => {
    const local = ['Host: localhost', ...headers]
    await expectRefused(guarded, local)
    const others = METHODS.map(async (method) => {
      const answer = await ask(guarded, `${method} /_monitor/metrics`, local)
      // Fastify has no routes for methods that it does not know: the app's 404.
      expect(answer, method).toMatch(/^HTTP\/1.1 (401|403|404) /)
      expect(answer, method).not.toMatch(INSIDE)
    })
    await Promise.all(others)
  })

  it('answers the app as ever afterwards', async () => {
    expect(await ask(app, 'GET /app', ['Host: evil.test'])).toMatch(/app$/)
    expect(app.mtaio!.status.refusals).toBeGreaterThan(100)
    expect(app.mtaio!.status.failures).toBe(0)
    expect(guarded.mtaio!.status.failures).toBe(0)
  })
})

describe.each(FRAMEWORKS.filter((framework) => framework !== 'express'))(
  '%s over HTTP/2',
  (framework) => {
    it.each([
      [':authority of another host', { ':authority': 'evil.test' }],
      ['a host that is not the :authority', { ':authority': 'evil.test', host: 'localhost' }],
      ['a host beside the :authority', { ':authority': 'localhost', host: 'evil.test' }],
      ['a proxy', { ':authority': 'localhost', 'x-forwarded-for': '127.0.0.1' }],
      ['another site', { ':authority': 'localhost', 'sec-fetch-site': 'cross-site' }],
    ])('shows nothing to %s', async (_what, headers) => {
      const app = await startApp(framework, routes, { logger: SILENT }, { http2: true })
      const session = connectHttp2(`http://127.0.0.1:${app.port}`)
      const get = async (path: string, more: object) => {
        const stream = session.request({ ':path': path, ...more })
        return text(stream)
      }
      expect(await get('/_monitor/metrics', { ':authority': 'localhost' })).toMatch(INSIDE)
      for (const target of TARGETS.filter((target) => target.startsWith('/'))) {
        expect(await get(target, headers), target).not.toMatch(INSIDE)
      }
      session.close()
      await stop(app)
    })
  },
)

const SILENT = { warn: () => {}, error: () => {} }

/** None of the targets may show anything. */
async function expectRefused(
  app: SmallApp,
  headers: readonly string[],
  version?: string,
): Promise<void> {
  const asked = TARGETS.map(async (target) => {
    expect(await ask(app, `GET ${target}`, headers, version), target).not.toMatch(INSIDE)
  })
  await Promise.all(asked)
}

async function stop(app: SmallApp): Promise<void> {
  app.server.closeAllConnections?.()
  await app.close()
}

/** Sends a head as it is; gives what comes back within the time that an answer takes. */
async function ask(
  { port }: SmallApp,
  line: string,
  headers: readonly string[],
  version = '1.1',
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const head = [`${line} HTTP/${version}`, ...headers, 'Connection: close', 'Content-Length: 0']
  socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('data', (piece: string) => {
    answer += piece
    // A stream goes on for ever; its head says that it is one.
    if (answer.includes('text/event-stream')) socket.destroy()
  })
  await once(socket, 'close')
  return answer
}
