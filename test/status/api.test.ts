import fastify from 'fastify5'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parse } from 'node:path'
import { clock } from '../../packages/core/src/clock.ts'
import { appIdentity } from '../../packages/core/src/status/app-identity.ts'
import { sleep, StatusServer, until } from './status-server.ts'

describe('every answer', () => {
  it('has headers of its own, whatever the app has set before', async () => {
    await using app = await new StatusServer({
      before: (_req, res) => {
        res.setHeader('Access-Control-Allow-Origin', '*')
        res.setHeader('Content-Security-Policy', "default-src 'none'")
        res.setHeader('Content-Security-Policy-Report-Only', "default-src 'none'")
        res.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
        res.setHeader('Cache-Control', 'public, max-age=600')
        res.setHeader('ETag', '"app"')
        res.setHeader('X-Request-Id', '42')
      },
    }).listen()
    const paths = [
      '',
      '/',
      '/api/snapshot',
      '/api/nothing',
      '/metrics',
      '/health',
      '/api/history?x=1',
    ]
    for (const path of paths) {
      const { headers } = await app.get(`/_monitor${path}`)
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers['content-security-policy-report-only']).toBeUndefined()
      expect(headers['cross-origin-embedder-policy']).toBeUndefined()
      expect(headers.etag).toBeUndefined()
      expect(headers['content-security-policy']).toContain("script-src 'self'; style-src 'self';")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['cross-origin-resource-policy']).toBe('same-origin')
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['x-request-id']).toBe('42')
    }
  })

  it('to HEAD is that to GET without its body, and other methods are named', async () => {
    await using app = await new StatusServer().listen()
    for (const path of ['', '/api/snapshot', '/api/history', '/metrics', '/health', '/nothing']) {
      const get = await app.get(`/_monitor${path}`)
      const head = await app.send('HEAD', `/_monitor${path}`)
      expect([path, head.status, head.body]).toEqual([path, get.status, ''])
      expect(head.headers['content-type']).toBe(get.headers['content-type'])
      expect(Number(head.headers['content-length'])).toBeGreaterThan(0)
    }
    const put = await app.send('PUT', '/_monitor/api/routes', { 'sec-fetch-site': 'same-origin' })
    expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('that fails inside says nothing to the reader, and is counted and logged', async () => {
    await using app = await new StatusServer().listen()
    Object.defineProperty(app.monitor, 'alerts', {
      get: () => {
        throw new Error('secret inside')
      },
    })
    for (const path of ['/api/alerts', '/api/snapshot', '/health']) {
      const { status, body } = await app.get(`/_monitor${path}`)
      expect(status).toBe(500)
      expect(body).not.toContain('secret')
    }
    expect(app.status.failures).toBe(3)
    expect(app.log).toEqual(['MTAIO_INTERNAL A request for /_monitor failed: secret inside'])
  })
})

describe('the page address', () => {
  it('gives the page, with the way to the mount path in its base', async () => {
    await using app = await new StatusServer({ path: '/admin/mon' }).listen()
    const bases = { '': 'mon/', '/': './', '//': '../', '/r/00ff': '../', '/r/00ff/': '../../' }
    for (const [below, base] of Object.entries(bases)) {
      const { status, headers, body } = await app.get(`/admin/mon${below}`, { accept: 'text/html' })
      expect([below, status]).toEqual([below, 200])
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      expect(body).toContain(`<base href="${base}">`)
      // A browser comes from any of them to the same place.
      const resolved = new URL(`${base}api/snapshot`, `http://x/prefix/admin/mon${below}`)
      expect(resolved.pathname).toMatch(/^\/prefix\/admin\/mon\/+api\/snapshot$/)
    }
  })

  it('gives the snapshot to who accepts JSON and not HTML', async () => {
    await using app = await new StatusServer().listen()
    const { headers, body } = await app.get('/_monitor', { accept: 'application/json' })
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(Object.keys(JSON.parse(body))).toEqual([
      'app',
      'process',
      'stats',
      'runtime',
      'http',
      'alerts',
      'self',
    ])
    const both = await app.get('/_monitor', { accept: 'text/html, application/json;q=0.9' })
    expect(both.headers['content-type']).toBe('text/html; charset=utf-8')
  })
})

describe('an injected request', () => {
  it('is answered as one over a socket is', async () => {
    await using app = await new StatusServer().listen()
    const server = fastify()
    server.addHook('onRequest', (req, reply, done) => {
      if (app.status.handle(req.raw, reply.raw)) reply.hijack()
      else done()
    })
    server.get('/', () => 'app')
    expect((await server.inject('/')).body).toBe('app')
    expect((await server.inject('/_monitor/api/snapshot')).json().process.pid).toBe(process.pid)
    expect((await server.inject('/_monitor/')).headers['content-type']).toContain('text/html')
    const headers = { host: 'evil.test' }
    expect((await server.inject({ url: '/_monitor/metrics', headers })).statusCode).toBe(403)
    const stream = server.inject('/_monitor/api/stream')
    await until(() => app.status.viewers === 1)
    app.status.stop()
    expect((await stream).body).toMatch(/^retry: 2000\n\nid: 1\nevent: tick\ndata: \{/)
    await server.close()
  })
})

describe('the snapshot', () => {
  it('names the app, says what its caps hold, and waits for a sample if there is none', async () => {
    await using app = await new StatusServer({ limits: { maxStreams: 7 } }).listen()
    app.monitor.sampledAt = null
    const { app: identity, process: facts, stats, self } = await app.json('/_monitor/api/snapshot')
    expect(identity.environment).toBe(process.env['NODE_ENV'])
    expect(facts.pid).toBe(process.pid)
    expect(Math.abs(facts.startTime + facts.uptime - Date.now() / 1000)).toBeLessThan(2)
    expect(stats.memory.percent).toBe(40)
    expect(self.limits.maxStreams).toEqual({ limit: 7, used: 0, cut: 0 })
    expect(self.limits.maxRoutes.limit).toBe(1000)
    expect(self.cpuPercent).toBeGreaterThanOrEqual(0.5)
  })

  it('takes the name from the nearest package.json that has one', () => {
    const here = import.meta.dirname
    expect(appIdentity(`${here}/api.test.ts`, '/').name).toBe('@mtaio/test')
    // A tool out of node_modules runs the app of the working directory.
    const tool = `${here}/../../node_modules/vitest/vitest.mjs`
    expect(appIdentity(tool, `${here}/../../packages/core/src`).name).toBe('@mtaio/core')
    expect(appIdentity(undefined, parse(here).root)).toMatchObject({ name: 'app', version: null })
  })
})

describe('routes', () => {
  it('are counted by outcome and sorted by their share of the time', async () => {
    await using app = await new StatusServer().listen()
    await Promise.all([
      app.get('/slow/50'),
      app.get('/slow/60'),
      app.get('/fast'),
      app.get('/fail'),
    ])
    await until(() => app.http.inFlight.size === 0)
    for (const window of ['', '?window=60', '?window=3600', '?window=all']) {
      const rows = await app.json(`/_monitor/api/routes${window}`)
      expect(rows.map((row: any) => row.route)).toHaveLength(3)
      const [slow] = rows
      expect(slow).toMatchObject({
        method: 'GET',
        route: '/slow/:ms',
        count: 2,
        errors: 0,
        aborted: 0,
      })
      expect(slow.p50).toBeGreaterThan(0.045)
      expect(slow.max).toBeGreaterThanOrEqual(slow.p99)
      expect(rows.reduce((sum: number, row: any) => sum + row.share, 0)).toBeCloseTo(100)
      expect(rows.find((row: any) => row.route === '/fail')).toMatchObject({
        count: 1,
        errors: 1,
        errorRate: 100,
      })
      expect(slow.spark.reduce((sum: number, rate: number) => sum + rate, 0)).toBeGreaterThan(0)
    }
    const query = '?method=GET&route=/slow/:ms&window=60'
    const histogram = await app.json(`/_monitor/api/routes/histogram${query}`)
    expect(histogram.count).toBe(2)
    expect(histogram.buckets.reduce((sum: number, bucket: any) => sum + bucket.count, 0)).toBe(2)
    expect(histogram.examples[0].route).toBe('/slow/:ms')
    expect((await app.get('/_monitor/api/routes/histogram?method=GET&route=/no')).status).toBe(404)
    // What mtaio serves itself is not counted.
    expect((await app.json('/_monitor/api/snapshot')).http.requests).toBe(4)
  })
})

describe('requests', () => {
  it('are listed by view and filtered by route, method, status and limit', async () => {
    await using app = await new StatusServer().listen()
    for (const path of ['/a', '/b', '/fail', '/slow/5']) await app.get(path)
    // The client has its answer a moment before the server knows.
    await until(() => app.http.inFlight.size === 0)
    const open = app.get('/hold')
    await until(() => app.http.inFlight.size === 1)
    const list = async (query: string) => {
      const { requests } = await app.json(`/_monitor/api/requests${query}`)
      return requests.map((request: any) => request.route)
    }
    expect(await list('')).toEqual(['/slow/:ms', '/fail', '/b', '/a'])
    expect(await list('?limit=2')).toEqual(['/slow/:ms', '/fail'])
    expect(await list('?view=errors')).toEqual(['/fail'])
    const slowest = (await app.json('/_monitor/api/requests?view=slowest')).requests
    const durations = slowest.map((request: any) => request.duration)
    expect(durations).toEqual(durations.toSorted((a: number, b: number) => b - a))
    expect(durations.length).toBeGreaterThan(0)
    expect(await list('?status=500')).toEqual(['/fail'])
    expect(await list('?status=2xx&route=/a')).toEqual(['/a'])
    expect(await list('?method=POST')).toEqual([])
    expect(await list('?method=get&route=/b')).toEqual(['/b'])
    const { requests, total } = await app.json('/_monitor/api/requests?view=in-flight')
    expect(total).toBe(1)
    expect(requests[0]).toMatchObject({
      outcome: null,
      status: null,
      currentSpan: 'wait',
      path: '/hold',
    })
    expect((await app.get(`/_monitor/api/requests/${requests[0].id}`)).status).toBe(200)
    app.release()
    await open
  })

  it('of a stretch of time are looked for among all that are kept', async () => {
    await using app = await new StatusServer({ limits: { maxRecent: 2 } }).listen()
    const moment = () => clock.toEpochSeconds(clock.now())
    const before = moment()
    await app.get('/slow/30')
    await app.get('/fail')
    await until(() => app.http.inFlight.size === 0)
    await sleep(5)
    const after = moment()
    for (const path of ['/a', '/b']) await app.get(path)
    const open = app.get('/hold')
    await until(() => app.http.inFlight.size === 1)
    const list = async (query: string) => {
      const { requests } = await app.json(`/_monitor/api/requests?${query}`)
      return requests.map((request: any) => request.route)
    }
    // The list of the recent ones has let go of both.
    expect(await list('view=recent')).toEqual(['/b', '/a'])
    const early = `from=${before.toFixed(6)}&to=${after.toFixed(6)}`
    expect(await list(`view=recent&${early}`)).toEqual(['/fail', '/slow/:ms'])
    expect(await list(`view=slowest&${early}`)).toEqual(['/slow/:ms', '/fail'])
    expect(await list(`view=errors&${early}`)).toEqual(['/fail'])
    expect(await list(`view=recent&${early}&status=2xx`)).toEqual(['/slow/:ms'])
    expect(await list(`view=errors&from=${after.toFixed(6)}`)).toEqual([])
    expect(await list(`view=recent&to=${before.toFixed(6)}`)).toEqual([])
    expect(await list(`view=in-flight&to=${after.toFixed(6)}`)).toEqual([])
    expect(await list(`view=in-flight&from=${after.toFixed(6)}`)).toEqual(['/hold'])
    const whole = await list(`view=recent&from=${before.toFixed(6)}`)
    expect(whole).toEqual(['/b', '/a', '/fail', '/slow/:ms'])
    app.release()
    await open
  })

  it('are shown whole, and as a Chrome trace', async () => {
    await using app = await new StatusServer().listen()
    await app.get('/slow/20')
    await until(() => app.http.inFlight.size === 0)
    const { id } = (await app.json('/_monitor/api/requests')).requests[0]
    const request = await app.json(`/_monitor/api/requests/${id}`)
    expect(request.trace.children.map((span: any) => span.name)).toEqual(['wait'])
    expect(request.trace.duration).toBeCloseTo(request.duration)
    const file = await app.get(`/_monitor/api/requests/${id}?format=chrome-trace`)
    expect(file.headers['content-disposition']).toBe(`attachment; filename="request-${id}.json"`)
    const names = JSON.parse(file.body).traceEvents.map((event: any) => event.name)
    expect(names).toEqual(expect.arrayContaining(['GET /slow/:ms', 'wait']))
  })

  it('are found by their id while they are kept for any reason', async () => {
    await using app = await new StatusServer({ limits: { maxRecent: 1 } }).listen()
    for (const path of ['/a', '/b']) await app.get(path)
    await until(() => app.http.inFlight.size === 0)
    expect((await app.json('/_monitor/api/requests')).requests).toHaveLength(1)
    const query = 'method=GET&route=/a'
    const { examples } = await app.json(`/_monitor/api/routes/histogram?${query}`)
    const { route, id } = await app.json(`/_monitor/api/requests/${examples[0].id}`)
    expect([route, id]).toEqual(['/a', examples[0].id])
  })

  it('that wait have the oldest of them in the snapshot, with its age in seconds', async () => {
    await using app = await new StatusServer().listen()
    const began = clock.now()
    const open = app.get('/hold')
    await until(() => app.http.inFlight.size === 1)
    await sleep(60)
    const { inFlight, oldest } = (await app.json('/_monitor/api/snapshot')).http
    expect(inFlight).toBe(1)
    expect(oldest).toMatchObject({ method: 'GET', route: '/hold' })
    expect(oldest.age).toBeGreaterThan(0.05)
    expect(oldest.age).toBeLessThanOrEqual((clock.now() - began) / 1000)
    app.release()
    await open
  })

  it('are cut at maxResults, which is counted', async () => {
    await using app = await new StatusServer({ limits: { maxResults: 2 } }).listen()
    for (const path of ['/a', '/b', '/c']) await app.get(path)
    await until(() => app.http.inFlight.size === 0)
    const limit = async () => (await app.json('/_monitor/api/snapshot')).self.limits.maxResults
    await app.json('/_monitor/api/requests?limit=1')
    expect(await limit()).toEqual({ limit: 2, used: 1, cut: 0 })
    expect((await app.json('/_monitor/api/requests')).requests).toHaveLength(2)
    expect(await limit()).toEqual({ limit: 2, used: 2, cut: 1 })
    expect((await app.get('/_monitor/api/requests?limit=3')).status).toBe(400)
  })

  it('and every other list are cut at maxResults, the least important rows first', async () => {
    await using app = await new StatusServer({ limits: { maxResults: 2 } }).listen()
    for (const path of ['/slow/20', '/b', '/c', '/b']) await app.get(path)
    const alert = { metric: 'cpu_usage', value: 97, threshold: 80, message: 'm' }
    app.monitor.firing = [1, 2, 3].map((id) => ({ ...alert, id: String(id) }) as never)
    for (let i = 0; i < 3; i++) app.profiler.traceContext(`operation ${i}`, () => i)
    const routes = await app.json('/_monitor/api/routes')
    expect(routes).toHaveLength(2)
    expect(routes[0].route).toBe('/slow/:ms')
    expect((await app.json('/_monitor/api/profile')).operations).toHaveLength(2)
    const alerts = await app.json('/_monitor/api/alerts')
    expect(alerts.firing.map(({ id }: any) => id)).toEqual(['1', '2'])
    expect((await app.json('/_monitor/health')).checks).toHaveLength(4)
    const before = (await app.json('/_monitor/api/snapshot')).self.limits.maxResults
    expect(before).toEqual({ limit: 2, used: 2, cut: 5 })
    const { alerts: firing } = await app.json('/_monitor/api/snapshot')
    expect(firing).toHaveLength(2)
  })

  it('that are not kept, or have no id that could be one, are not found', async () => {
    await using app = await new StatusServer().listen()
    for (const id of ['0123456789abcdef', 'x', '__proto__', '%00', '0123456789ABCDEF', '..%2f..']) {
      for (const query of ['', '?format=chrome-trace']) {
        const { status, body } = await app.get(`/_monitor/api/requests/${id}${query}`)
        expect([id, status]).toEqual([id, 404])
        expect(JSON.parse(body).error.code).toBe('request_not_found')
      }
    }
  })
})

describe('the metrics of the app', () => {
  it('are told by series over a window, the last value also where the window has none', async () => {
    await using app = await new StatusServer().listen()
    await app.get('/a')
    await until(() => app.http.inFlight.size === 0)
    const store = app.monitor.metricStore
    const now = clock.now()
    store.series('old', undefined).record(7, now - 120_000)
    for (const value of [1, 2, 6]) store.series('queue', { name: 'mail' }).record(value, now)
    store.series('queue', { name: 'print' }).record(-4, now)
    store.series('refused', undefined).record(NaN, now)
    const [old, mail, print, ...more] = await app.json('/_monitor/api/metrics?window=60')
    expect(more).toEqual([])
    expect(old).toMatchObject({
      metric: 'old',
      labels: {},
      last: 7,
      count: 0,
      mean: null,
      p95: null,
    })
    expect(Date.now() / 1000 - old.lastTime).toBeCloseTo(120, 0)
    expect(old.spark).toEqual(Array(12).fill(null))
    expect(mail).toMatchObject({
      metric: 'queue',
      labels: { name: 'mail' },
      last: 6,
      count: 3,
      mean: 3,
      min: 1,
      max: 6,
    })
    expect(mail.p50).toBeCloseTo(2, 1)
    expect(mail.spark.filter((mean: number | null) => mean !== null)).toEqual([3])
    expect(print).toMatchObject({ labels: { name: 'print' }, last: -4, mean: -4, max: -4 })
    const [ever] = await app.json('/_monitor/api/metrics')
    expect(ever).toMatchObject({ metric: 'old', count: 1, mean: 7 })
  })

  it('are cut at maxResults', async () => {
    await using app = await new StatusServer({ limits: { maxResults: 2 } }).listen()
    for (const id of [1, 2, 3]) app.monitor.metricStore.series('m', { id }).record(id, clock.now())
    expect(await app.json('/_monitor/api/metrics')).toHaveLength(2)
    const { limits } = (await app.json('/_monitor/api/snapshot')).self
    expect(limits.maxResults).toEqual({ limit: 2, used: 2, cut: 1 })
  })
})

describe('a parameter', () => {
  it.each([
    'health?alerts=fial',
    'health?alerts=fail&alerts=fail',
    'health?x=1',
    'metrics?x=1',
    'api/requests?limit=1e9',
    'api/requests?limit=1001',
    'api/requests?limit=-1',
    'api/requests?limit=0',
    'api/requests?limit=NaN',
    'api/requests?limit=',
    'api/requests?limit=%2050',
    'api/requests?limit=0x10',
    'api/requests?limit=5&limit=6',
    'api/requests?view=all',
    'api/requests?view=__proto__',
    'api/requests?status=6xx',
    'api/requests?status=20',
    'api/requests?days=7',
    'api/requests?from=-1',
    'api/requests?from=1e9',
    'api/requests?to=yesterday',
    'api/requests?to=',
    'api/requests?__proto__=1',
    'api/routes?window=61',
    'api/routes?window=Infinity',
    'api/routes?window=constructor',
    'api/routes/histogram?route=/',
    'api/routes/histogram?method=GET',
    'api/history?seconds=1e3',
    'api/history?seconds=999999999999',
    'api/history?days=1',
    'api/snapshot?x',
    'api/requests/0123456789abcdef?format=pdf',
    'api/profile/export?format=xml',
  ])('%s is answered with 400 and says what would be right', async (address) => {
    await using app = await new StatusServer().listen()
    const { status, body } = await app.get(`/_monitor/${address}`)
    expect(status).toBe(400)
    const { error } = JSON.parse(body)
    expect(error.code).toBe('bad_request')
    expect(error.message).toMatch(/must be|Unknown parameter|more than once|is missing/)
    expect(error.message.length).toBeLessThan(200)
  })

  it('named like a property of objects is no endpoint', async () => {
    await using app = await new StatusServer().listen()
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      expect((await app.get(`/_monitor/api/${name}`)).status).toBe(404)
    }
  })
})

describe('other documents', () => {
  it('history has its figures as columns, t first, rounded for the eye, gaps null', async () => {
    await using app = await new StatusServer().listen()
    const { body, headers } = await app.get('/_monitor/api/history?seconds=60')
    expect(body).toBe('{"t":[1,2,3],"cpu_usage":[null,12.3457,100]}')
    expect(headers['content-length']).toBe(String(body.length))
  })

  it('profile and alerts are there', async () => {
    await using app = await new StatusServer().listen()
    await app.profiler.traceContext('work', () => sleep(5))
    const { operations } = await app.json('/_monitor/api/profile')
    expect(operations[0]).toMatchObject({ name: 'work', callCount: 1, errorCount: 0 })
    expect(await app.json('/_monitor/api/alerts')).toEqual({
      firing: [],
      past: [],
      thresholds: [{ metric: 'cpu_usage', value: 80, hasValue: true }],
    })
    const file = await app.get('/_monitor/api/profile/export?format=chrome-trace')
    expect(JSON.parse(file.body).traceEvents.length).toBeGreaterThan(0)
  })

  it('health fails when the samples stop or the monitor does, and on alerts if asked', async () => {
    await using app = await new StatusServer().listen()
    const health = async (query = '') => {
      const { status, body } = await app.get(`/_monitor/health${query}`)
      const failing = JSON.parse(body).checks.filter((check: any) => check.status === 'failing')
      return [status, JSON.parse(body).status, ...failing.map((check: any) => check.name)]
    }
    expect(await health()).toEqual([200, 'ok'])
    const firing = { metric: 'cpu_usage', value: 97, threshold: 80, message: null }
    app.monitor.firing = [firing as never]
    expect(await health()).toEqual([200, 'ok'])
    expect(await health('?alerts=fail')).toEqual([503, 'failing', 'cpu_usage'])
    expect(await health('?alerts=warn')).toEqual([200, 'ok'])
    // Three intervals and five seconds.
    app.monitor.sampleAgeMs = 7999
    expect(await health()).toEqual([200, 'ok'])
    app.monitor.sampleAgeMs = 8001
    expect(await health()).toEqual([503, 'failing', 'sampling'])
    app.monitor.sampleAgeMs = null
    app.monitor.isRunning = false
    expect(await health()).toEqual([503, 'failing', 'monitor'])
  })
})

describe('a long answer', () => {
  it('is compressed for who accepts that, and comes whole', async () => {
    await using app = await new StatusServer().listen()
    const numbers = Array.from({ length: 50_000 }, (_, i) => i)
    app.monitor.columns = { t: numbers, cpu_usage: numbers }
    const plain = await app.get('/_monitor/api/history')
    expect(JSON.parse(plain.body).cpu_usage).toEqual(numbers)
    const { headers, bytes } = await app.bytes('/_monitor/api/history', {
      'accept-encoding': 'gzip',
    })
    expect(headers['content-encoding']).toBe('gzip')
    expect(headers['content-length']).toBeUndefined()
    expect(bytes.length).toBeLessThan(plain.body.length / 2)
    expect(gunzipSync(bytes).toString()).toBe(plain.body)
    const short = await app.get('/_monitor/health', { 'accept-encoding': 'gzip' })
    expect(short.headers['content-encoding']).toBeUndefined()
  })

  it('ends without a fault when its reader leaves in the middle', async () => {
    await using app = await new StatusServer().listen()
    const numbers = Array.from({ length: 500_000 }, (_, i) => Math.sqrt(i))
    app.monitor.columns = { t: numbers, cpu_usage: numbers }
    for (const encoding of ['gzip', 'identity']) {
      const socket = connect(app.port, '127.0.0.1')
      const head = `Host: localhost\r\nAccept-Encoding: ${encoding}\r\n\r\n`
      socket.write(`GET /_monitor/api/history HTTP/1.1\r\n${head}`)
      await new Promise((resolve) => socket.once('data', resolve))
      socket.destroy()
    }
    await sleep(50)
    expect((await app.get('/_monitor/health')).status).toBe(200)
    expect(app.log).toEqual([])
  })
})
