import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FRAMEWORKS } from '../support/small-app.mjs'
import { canary, CanaryApp } from './canary-app.ts'

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
      app = await CanaryApp.start('canary-process.mjs', framework, environment, token)
      await sendSecrets(app, secrets)
    })
    afterAll(() => app.stop())

    it('shows no secret on the page, in JSON, stream, Prometheus text and exports', async () => {
      const answers = await app.readEverything('/users/:id')
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
      const found = await app.canariesInHeap()
      expect(placesIn(found.join('\n'), secrets)).toEqual(kept)
    })
  })
})

function placesIn(text: string, secrets: Secrets): Place[] {
  return PLACES.filter((place) => text.toLowerCase().includes(secrets[place]))
}

async function sendSecrets(app: CanaryApp, s: Secrets): Promise<void> {
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
      await app.send(`${method} ${target}`, [`Host: ${s.host}`, ...headers], body)
    }
    const proxied = `http://${s.user}:${s.password}@localhost${target}`
    await app.send(`GET ${proxied}`, ['Host: localhost', ...headers])
  }
  await app.send(`GET /nowhere/${s.unmatched}?${s.unmatchedquery}`, ['Host: localhost'])
  const wrong = ['Host: evil.test', `Authorization: Bearer ${s.wrongtoken}`]
  await app.send(`GET /_monitor/api/requests?route=${s.apiquery}`, wrong)
  await app.send('POST /_monitor/session', ['Host: localhost'], `token=${s.wrongtoken}`)
  await app.send(`GET /_monitor/api/requests?${s.apiquery}=1`, app.own)
}
