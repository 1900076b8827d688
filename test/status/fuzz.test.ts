import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StatusServer } from './status-server.ts'

const piece = fc.oneof(
  fc.constantFrom('_monitor', 'api', 'snapshot', 'metrics', 'health', 'session', 'r', 'stream'),
  fc.constantFrom(
    '',
    '.',
    '..',
    '%2e%2e',
    '%2f',
    '%00',
    '%zz',
    ';',
    '\\',
    '?',
    '#',
    '*',
    '@',
    '%5f',
  ),
  fc.string({
    maxLength: 8,
    unit: fc.integer({ min: 0x21, max: 0xff }).map((c) => String.fromCharCode(c)),
  }),
)
const target = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map((pieces) => `/_monitor/${pieces.join('/')}`),
  fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('/')}`),
  fc.constantFrom('*', 'http://localhost/_monitor', '//_monitor/api/snapshot', '/_monitor?', ''),
)
const header = fc.oneof(
  fc.constantFrom(
    'Host: localhost',
    'Host: evil.test',
    'Host: a:b@localhost',
    'Host:',
    'Authorization: Bearer',
    'Authorization: Bearer \t',
    'Cookie: mtaio_=x; =; ;;',
    'Cookie: mtaio_aaaaaaaa=..',
    'Accept: application/json',
    'Accept: text/html',
    'Origin: null',
    'Sec-Fetch-Site: same-origin',
    'X-HTTP-Method-Override: GET',
    'X-Original-URL: /_monitor/metrics',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
  ),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.string({ maxLength: 20 }))
    .map(([name, value]) => `${name}: ${value}`),
)
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'TRACE', 'get', 'QUERY')
const request = fc
  .tuple(method, target, fc.array(header, { maxLength: 5 }))
  .map(
    ([name, path, headers]) =>
      `${name} ${path} HTTP/1.1\r\n${['Host: localhost', ...headers].slice(headers.length % 2).join('\r\n')}\r\nConnection: close\r\n\r\ntoken`,
  )

it('no bytes at all get past the gate or break it', async () => {
  await using app = await new StatusServer({ access: { token: 's3cret-that-is-long' } }).listen()
  await fc.assert(
    fc.asyncProperty(request, async (bytes) => {
      const answer = await app.raw(bytes).catch((error: NodeJS.ErrnoException) => error.code ?? '')
      // What only an answer from inside has.
      expect(answer).not.toMatch(/nodejs_|"pid"|"checks"|text\/event-stream|"firing"/)
      expect(answer.toLowerCase()).not.toContain('access-control-allow-origin')
      const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]
      if (!answer.endsWith('app'))
        expect([undefined, '400', '401', '403', '405', '200']).toContain(status)
    }),
    {
      seed: 20_261_122,
      numRuns: Number(process.env['MTAIO_FUZZ_RUNS'] ?? 400),
      endOnFailure: true,
    },
  )
  expect(app.status.refusals).toBeGreaterThan(50)
  expect(app.status.failures).toBe(0)
  expect(app.log.every((line) => line.startsWith('MTAIO_REFUSED'))).toBe(true)
})
