import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FRAMEWORKS, type Framework } from '../support/small-app.mjs'

const folder = mkdtempSync(join(tmpdir(), 'mtaio-canary-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Letters and digits only, so that no escape of any format hides it. */
const canary = (place: string): string => `canary${place}x${randomBytes(8).toString('hex')}`

/** Everywhere that a client can put a secret, each place with its own. */
const PLACES = [
  ...['pathparameter', 'queryvalue', 'queryname', 'fragment', 'user', 'password'],
  ...['headervalue', 'headername', 'cookie', 'authorization', 'useragent', 'referer', 'host'],
  ...['traceparent', 'body', 'bodyname', 'wrongtoken', 'apiquery', 'unmatched', 'unmatchedquery'],
] as const
type Place = (typeof PLACES)[number]
type Secrets = Readonly<Record<Place, string>>

interface Mode {
  readonly environment: 'production' | 'development'
  /** Places that are kept, by the docs. */
  readonly kept: readonly Place[]
}

const MODES: readonly Mode[] = [
  { environment: 'production', kept: [] },
  // Concrete paths are kept in development: the control that shows that keeping is seen.
  { environment: 'development', kept: ['pathparameter', 'unmatched'] },
]

describe.each(MODES)('in $environment', ({ environment, kept }) => {
  describe.each(FRAMEWORKS)('%s', (framework) => {
    const secrets = Object.fromEntries(PLACES.map((place) => [place, canary(place)])) as Secrets
    const token = environment === 'production' ? `token${randomBytes(8).toString('hex')}` : ''
    let app: CanaryApp
    beforeAll(async () => {
      app = await CanaryApp.start(framework, environment, token)
      await app.sendSecrets(secrets)
    })
    afterAll(() => app.stop())

    it('shows no secret on the page, in JSON, stream, Prometheus text and exports', async () => {
      const answers = await app.readEverything()
      expect(answers.length).toBeGreaterThan(20)
      const all = answers.join('\n')
      // The requests are there, with their errors and spans, or it would prove nothing.
      expect(all).toContain('/users/:id')
      expect(all).toContain('cannot read')
      expect(all).toContain('"everything":"[')
      expect(placesIn(all, secrets)).toEqual(kept)
      if (token !== '') expect(all).not.toContain(token)
    })

    it('logs no secret', async () => {
      const log = await app.log()
      expect(log).toContain('MTAIO_HANDLER_FAILED')
      expect(log).toContain('MTAIO_REFUSED')
      expect(log.match(/canary\w*/gi)).toBeNull()
      if (token !== '') expect(log).not.toContain(token)
    })

    it('keeps no secret in memory', async () => {
      const found = await app.placesInHeap(secrets)
      expect(found).toEqual(kept)
    })
  })
})

function placesIn(text: string, secrets: Secrets): Place[] {
  return PLACES.filter((place) => text.toLowerCase().includes(secrets[place]))
}

class CanaryApp {
  readonly #child: ChildProcess
  readonly #port: number
  readonly #token: string

  private constructor(child: ChildProcess, port: number, token: string) {
    this.#child = child
    this.#port = port
    this.#token = token
  }

  static async start(framework: Framework, environment: string, token: string): Promise<CanaryApp> {
    const child = fork(
      fileURLToPath(new URL('canary-process.mjs', import.meta.url)),
      [framework, token],
      {
        // A snapshot has only the first characters of long texts, unless told otherwise.
        execArgv: ['--expose-gc', '--heap-snapshot-string-limit=1000000'],
        env: { ...process.env, NODE_ENV: environment },
      },
    )
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    return new CanaryApp(child, port, token)
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    expect(await ended).toEqual([0, null])
  }

  async sendSecrets(s: Secrets): Promise<void> {
    for (const path of ['users', 'fail', 'users', 'fail']) {
      const target = `/${path}/${s.pathparameter}?q=${s.queryvalue}&${s.queryname}=1#${s.fragment}`
      const headers = [
        `X-Secret: ${s.headervalue}`,
        `X-${s.headername}: 1`,
        `Cookie: session=${s.cookie}`,
        `Authorization: Bearer ${s.authorization}`,
        `User-Agent: ${s.useragent}`,
        `Referer: http://localhost/?${s.referer}`,
        `Content-Type: text/plain`,
        `Traceparent: 01-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00-${s.traceparent}`,
      ]
      const body = JSON.stringify({ secret: s.body, [s.bodyname]: 1 })
      for (const method of ['GET', 'POST']) {
        await this.#raw(`${method} ${target}`, [`Host: ${s.host}`, ...headers], body)
      }
      const proxied = `http://${s.user}:${s.password}@localhost${target}`
      await this.#raw(`GET ${proxied}`, ['Host: localhost', ...headers])
    }
    await this.#raw(`GET /nowhere/${s.unmatched}?${s.unmatchedquery}`, ['Host: localhost'])
    const wrong = ['Host: evil.test', `Authorization: Bearer ${s.wrongtoken}`]
    await this.#raw(`GET /_monitor/api/requests?route=${s.apiquery}`, wrong)
    await this.#raw('POST /_monitor/session', ['Host: localhost'], `token=${s.wrongtoken}`)
    await this.#raw(`GET /_monitor/api/requests?${s.apiquery}=1`, this.#own())
  }

  /** Every address of the API, and each request whole. */
  async readEverything(): Promise<string[]> {
    const answers: string[] = []
    const read = async (path: string, accept = '*/*'): Promise<string> => {
      const head = [...this.#own(), `Accept: ${accept}`]
      const answer = await this.#raw(`GET /_monitor${path}`, head)
      expect(answer, path).toMatch(/^HTTP\/1.1 200 /)
      answers.push(answer)
      return answer
    }
    const ids = new Set<string>()
    for (const view of ['recent', 'errors', 'slowest', 'in-flight']) {
      const list = await read(`/api/requests?view=${view}&limit=1000`)
      for (const [, id] of list.matchAll(/"id":"([0-9a-f]{16})"/g)) ids.add(id!)
    }
    for (const id of ids) {
      await read(`/api/requests/${id}`)
      await read(`/api/requests/${id}?format=chrome-trace`)
    }
    for (const path of ['', '/api/snapshot', '/api/history', '/api/routes', '/api/stream']) {
      await read(path)
    }
    for (const path of ['/api/profile', '/api/alerts', '/health']) await read(path)
    await read('/api/profile/export?format=json')
    await read('/api/profile/export?format=chrome-trace')
    await read('/api/routes/histogram?method=GET&route=%2Fusers%2F%3Aid')
    await read('/metrics')
    await read('/metrics', 'application/openmetrics-text')
    await read('', 'application/json')
    return answers
  }

  async log(): Promise<string> {
    this.#child.send({})
    const [{ log }] = (await once(this.#child, 'message')) as [{ log: string[] }]
    return log.join('\n')
  }

  async placesInHeap(secrets: Secrets): Promise<Place[]> {
    const file = join(folder, `${this.#child.pid}.heapsnapshot`)
    this.#child.send({ snapshot: file })
    await once(this.#child, 'message')
    const found = new Set<Place>()
    for await (const line of createInterface(createReadStream(file))) {
      if (line.toLowerCase().includes('canary')) {
        for (const place of placesIn(line, secrets)) found.add(place)
      }
    }
    rmSync(file)
    return PLACES.filter((place) => found.has(place))
  }

  /** What lets in: the token, or being on this machine. */
  #own(): string[] {
    return ['Host: localhost', ...(this.#token ? [`Authorization: Bearer ${this.#token}`] : [])]
  }

  async #raw(line: string, headers: readonly string[], body = ''): Promise<string> {
    const socket = connect(this.#port, '127.0.0.1')
    const all = [...headers, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close']
    socket.write(`${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`)
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      answer += piece
      // A stream goes on for ever: its first event is enough.
      if (/event: tick\n.*\n\n/.test(answer)) socket.destroy()
    })
    await once(socket, 'close')
    return answer
  }
}
