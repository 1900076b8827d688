import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { connect, createServer } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createMtaio, type HttpAdapter, type Mtaio } from '@mtaio/core'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** The worst that an adapter could do: what the client sent is the label. */
const literal: HttpAdapter = { route: (req) => req.url }

/** One request as Node would tell of it, without a socket. */
function request({ http }: Mtaio, method: string, url: string, status = 200): void {
  const req = new IncomingMessage(null as unknown as Socket)
  req.method = method
  req.url = url
  const res = new ServerResponse(req)
  res.statusCode = status
  http.begin(req, res, literal)!.closed('whole')
}

function answered(series: Iterable<{ readonly totalCount: number }>): number {
  let count = 0
  for (const { totalCount } of series) count += totalCount
  return count
}

function totals({ http, monitor }: Mtaio): { routes: number; operations: number; metric: number } {
  let [routes, operations, metric] = [0, 0, 0]
  const operationStats = new Set([...http.routes].map((entry) => entry.operation))
  for (const entry of http.routes) routes += answered(entry.series('request_duration'))
  for (const { histogram } of operationStats) operations += histogram.count
  for (const series of monitor.metricStore.get('request_duration')!.series()) {
    metric += series.values.totalCount
  }
  return { routes, operations, metric }
}

it('a kept path is cut at maxLabelLength, which is counted', () => {
  const mtaio = createMtaio({ keepPaths: true, limits: { maxLabelLength: 40 } })
  const before = mtaio.monitor.limitFigures['maxLabelLength']!.cut
  request(mtaio, 'GET', `/${'x'.repeat(100_000)}?q`)
  const [{ path } = {}] = [...mtaio.http.log.recent]
  expect(path).toBe(`/${'x'.repeat(39)}`)
  // Of the path, and of the label that this adapter makes of it.
  expect(mtaio.monitor.limitFigures['maxLabelLength']!.cut - before).toBe(2)
})

it(
  '1,000,000 distinct URLs are bounded, with exact totals and a flat heap',
  { timeout: 90_000 },
  () => {
    const mtaio = createMtaio({ keepPaths: true })
    const send = (from: number, to: number): void => {
      for (let i = from; i < to; i++) request(mtaio, 'GET', `/users/${i}/orders/${i}?q=${i}`)
    }
    send(0, 50_000)
    const before = heapUsed()
    send(50_000, 1_000_000)
    expect(heapUsed() - before).toBeLessThan(3e6)
    expect([...mtaio.http.routes]).toHaveLength(1001)
    expect(mtaio.http.routes.find('GET', '(other)')).toBeDefined()
    const all = 1_000_000
    expect(mtaio.http.statistics.requests).toBe(all)
    expect(totals(mtaio)).toEqual({ routes: all, operations: all, metric: all })
    expect(mtaio.http.limitFigures['maxRoutes']).toEqual({ limit: 1000, used: 1000, cut: 999_000 })
    expect(mtaio.http.inFlight.size).toBe(0)
    expect(mtaio.http.failures).toBe(0)
  },
)

it('the route (other) counts its own, also where all series beyond the cap are one', () => {
  const mtaio = createMtaio({ limits: { maxRoutes: 2, maxSeriesPerMetric: 2 } })
  const send = (path: string, status: number, count: number): void => {
    for (let i = 0; i < count; i++) request(mtaio, 'GET', path, status)
  }
  send('/a', 200, 10)
  send('/b', 200, 10)
  send('/c', 200, 5)
  send('/d', 404, 5)
  send('/a', 404, 7)
  expect(mtaio.http.statistics.requests).toBe(37)
  const counts = [...mtaio.http.routes].map((entry) => [
    entry.route,
    answered(entry.series('request_duration')),
  ])
  expect(Object.fromEntries(counts)).toEqual({ '/a': 17, '/b': 10, '(other)': 10 })
})

it('100,000 made-up methods are one OTHER, and nothing keeps them', () => {
  const mtaio = createMtaio()
  for (let i = 0; i < 1000; i++) request(mtaio, `MADEUP${i}`, '/')
  const before = heapUsed()
  for (let i = 1000; i < 100_000; i++) request(mtaio, `MADEUP${i}`.padEnd(500, 'X'), '/')
  expect(heapUsed() - before).toBeLessThan(1e6)
  expect([...mtaio.http.routes].map(({ name }) => name)).toEqual(['OTHER /'])
  expect(totals(mtaio).routes).toBe(100_000)
  expect([...mtaio.http.log.recent].every(({ method }) => method === 'OTHER')).toBe(true)
})

it('made-up methods over HTTP/2 are one OTHER', async () => {
  const mtaio = createMtaio()
  const handler = mtaio.handler((req, res) => {
    mtaio.setRoute(req, '/all')
    res.end('ok')
  })
  const server = createServer(handler as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  for (let i = 0; i < 2000; i += 100) {
    const streams = Array.from({ length: 100 }, async (_, k) => {
      const stream = session.request({ ':path': '/x', ':method': `MADEUP${i + k}` }).resume()
      stream.end()
      await once(stream, 'close')
    })
    await Promise.all(streams)
  }
  expect([...mtaio.http.routes].map(({ name }) => name)).toEqual(['OTHER /all'])
  expect(totals(mtaio).routes).toBe(2000)
  session.close()
  server.close()
  await mtaio.stop()
})

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  '%s is a plain name of routes, metrics, labels and operations',
  (name) => {
    const names = Object.getOwnPropertyNames(Object.prototype)
    const mtaio = createMtaio({ thresholds: { [name]: 5 } })
    request(mtaio, 'GET', name)
    mtaio.monitor.recordMetric(name, 1, Object.fromEntries([[name, name]]))
    mtaio.profiler.traceContext(name, () => {}, Object.fromEntries([[name, name]]))
    expect(mtaio.http.routes.find('GET', name)).toBeDefined()
    expect(mtaio.monitor.metricStore.get(name)!.latest!.labels[name]).toBe(name)
    expect(JSON.parse(mtaio.profiler.exportProfile())).toBeDefined()
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names)
  },
)
