import fc from 'fast-check'

const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({
    maxLength,
    unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)),
  })

const piece = fc.oneof(
  fc.constantFrom('_monitor', 'api', 'snapshot', 'metrics', 'health', 'session', 'r', 'stream'),
  fc.constantFrom('users', 'files'),
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
  text(8),
)
const target = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '/metrics', '/health', '/api/snapshot', '/api/stream', '/api/alerts'),
      fc.option(piece, { nil: '' }),
    )
    .map(([path, rest]) => `/_monitor${path}${rest}`),
  fc.array(piece, { maxLength: 6 }).map((pieces) => `/_monitor/${pieces.join('/')}`),
  fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('/')}`),
  fc.constantFrom('*', 'http://localhost/_monitor', '//_monitor/api/snapshot', '/_monitor?', ''),
)
// Mostly the right one: Node answers by itself where there is none, or a second one.
const host = fc.oneof(
  { arbitrary: fc.constant('Host: localhost'), weight: 7 },
  fc.constantFrom('Host: evil.test', 'Host: a:b@localhost', 'Host:', 'Host: a\r\nHost: b', 'X: y'),
)
const header = fc.oneof(
  fc.constantFrom(
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
  ),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.string({ maxLength: 20 }))
    .map(([name, value]) => `${name}: ${value}`),
)
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'TRACE', 'get', 'QUERY')

// The last two are no HTTP, and Node breaks off.
const NO_BODY = '\r\n'
const BODIES = [
  'Content-Length: 5\r\n\r\ntoken',
  'Transfer-Encoding: chunked\r\n\r\n5\r\ntoken\r\n0\r\n\r\n',
  'Transfer-Encoding: chunked\r\n\r\ntoken',
  '\r\ntoken',
]
const body = fc.oneof({ arbitrary: fc.constant(NO_BODY), weight: 4 }, fc.constantFrom(...BODIES))

/** Request line, headers and path encodings as nobody should send them. */
export const anyBytes: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(fc.constant('GET'), method),
    target,
    host,
    fc.array(header, { maxLength: 4 }),
    body,
  )
  .map(
    ([name, path, from, headers, rest]) =>
      `${name} ${path} HTTP/1.1\r\n` +
      [from, ...headers, 'Connection: close'].map((line) => `${line}\r\n`).join('') +
      rest,
  )

const PLACES = [
  ...['', 'metrics', 'health', 'nowhere', 'assets/x.js', 'r/x'],
  ...['snapshot', 'history', 'routes', 'routes/histogram', 'requests', 'stream', '__proto__'].map(
    (name) => `api/${name}`,
  ),
  ...['profile', 'profile/export', 'profile/reset', 'alerts'].map((name) => `api/${name}`),
]
const NAMES = [
  ...['seconds', 'window', 'method', 'route', 'view', 'status', 'limit', 'format', 'alerts'],
  ...['__proto__', 'x', ''],
]
const VALUES = [
  ...['', '0', '1', '-1', '1e9', '1e309', 'NaN', '0x10', '99999999999999999999', '1.5', ' 1', '+1'],
  ...['60', '3600', 'all', 'slowest', 'errors', 'in-flight', 'chrome-trace', 'json', 'fail'],
  ...['5xx', '200', 'get', '/users/:id', '(unmatched)', '%', '%zz', '%00', '%ff%fe', '%ED%A0%80'],
]

/**
 * What somebody who may see the page can ask for: any query anywhere, any id.
 *
 * @param ids Of requests that are kept.
 */
export function anyQuestion(ids: readonly string[], token: string): fc.Arbitrary<string> {
  const id = fc.oneof(
    fc.constantFrom(...ids),
    fc.constantFrom(...ids).map((known) => known.toUpperCase()),
    fc.stringMatching(/^[0-9a-f]{16}$/),
    text(20),
  )
  const address = fc.oneof(
    fc.constantFrom(...PLACES),
    id.map((one) => `api/requests/${one}`),
    id.map((one) => `r/${one}`),
  )
  const pair = fc
    .tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES), text(30)))
    .map(([name, value]) => `${name}=${value}`)
  const query = fc.array(pair, { maxLength: 3 }).map((pairs) => pairs.join('&'))
  return fc
    .tuple(fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE'), address, query)
    .map(
      ([name, path, search]) =>
        `${name} /_monitor/${path}?${search} HTTP/1.1\r\nHost: localhost\r\n` +
        `Authorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    )
}
