import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { LIMITS, type Limits, type Mtaio, type Snapshot } from '@mtaio/core'
import { until } from '../support/raw-http.ts'
import { FRAMEWORKS, startApp, type Routes, type SmallApp } from '../support/small-app.mjs'

type LimitName = keyof Limits

interface Case {
  /** A cap that a few calls go over. */
  readonly limit: number
  readonly exceed: (app: SmallApp & { readonly mtaio: Mtaio }) => unknown
}

const times = (count: number, call: (i: number) => unknown): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, i) => call(i)))

const get = async ({ port }: SmallApp, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).text()

/** How each cap is gone over. A cap that is missing here does not pass the type check. */
const CASES: { readonly [Name in LimitName]: Case } = {
  maxRoutes: { limit: 2, exceed: (app) => times(9, (i) => get(app, `/as/pattern-${i}`)) },
  maxMetrics: {
    limit: 2,
    exceed: ({ mtaio }) => times(9, (i) => mtaio.monitor.recordMetric(`metric-${i}`, 1)),
  },
  maxSeriesPerMetric: {
    limit: 2,
    exceed: ({ mtaio }) => times(9, (i) => mtaio.monitor.recordMetric('one', 1, { i })),
  },
  maxSeries: {
    limit: 2,
    exceed: ({ mtaio }) => times(3, (i) => mtaio.monitor.recordMetric('one', 1, { i })),
  },
  maxLabelLength: { limit: 40, exceed: (app) => get(app, `/as/${'x'.repeat(50)}`) },
  maxTraces: {
    limit: 2,
    exceed: ({ mtaio }) => times(9, () => mtaio.profiler.traceContext('t', noop)),
  },
  maxSpansPerTrace: { limit: 2, exceed: (app) => get(app, '/spans/9') },
  maxOpenTraces: {
    limit: 2,
    exceed: ({ mtaio }) => times(9, () => mtaio.profiler.startTrace('t')),
  },
  maxOperations: {
    limit: 2,
    exceed: ({ mtaio }) => times(9, (i) => mtaio.profiler.traceContext(`t${i}`, noop)),
  },
  maxMetadataBytes: {
    limit: 20,
    exceed: ({ mtaio }) => mtaio.profiler.traceContext('t', noop, { text: 'x'.repeat(50) }),
  },
  maxErrorLength: { limit: 20, exceed: (app) => get(app, '/fail') },
  maxErrorCauses: {
    limit: 1,
    exceed: ({ mtaio }) => {
      const cause = new Error('second', { cause: new Error('third') })
      const fails = (): never => {
        throw new Error('first', { cause })
      }
      expect(() => mtaio.profiler.traceContext('t', fails)).toThrow('first')
    },
  },
  maxRecent: { limit: 2, exceed: (app) => times(9, () => get(app, '/spans/1')) },
  maxSlowest: { limit: 2, exceed: (app) => times(9, (i) => get(app, `/wait/${10 * i}`)) },
  maxExamples: { limit: 2, exceed: (app) => times(4, (i) => get(app, `/wait/${10 * 3 ** i}`)) },
  maxInFlight: { limit: 2, exceed: (app) => times(4, () => get(app, '/wait/50')) },
  maxAlerts: {
    limit: 2,
    exceed: ({ mtaio }) => times(9, (i) => mtaio.monitor.alert(`alert ${i}`)),
  },
  maxStreams: {
    limit: 1,
    exceed: async (app) => {
      const controllers = [new AbortController(), new AbortController()]
      const statuses: number[] = []
      for (const { signal } of controllers) {
        const { status } = await fetch(`http://127.0.0.1:${app.port}/_monitor/api/stream`, {
          signal,
        })
        statuses.push(status)
      }
      for (const controller of controllers) controller.abort()
      expect(statuses).toEqual([200, 503])
    },
  },
  maxStreamBuffer: {
    limit: 100_000,
    exceed: async (app) => {
      const request = 'GET /_monitor/api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n'
      const [idle, reader] = [connect(app.port, '127.0.0.1'), connect(app.port, '127.0.0.1')]
      for (const socket of [idle.pause(), reader.resume()]) socket.write(request)
      const closed = once(idle, 'close')
      const { status } = app.mtaio
      await until('two viewers are there', () => status.viewers === 2)
      // First the system's buffers fill up, then those of Node.
      for (let i = 0; status.viewers === 2 && i < 20_000; i++) {
        status.tick(i)
        await nextTurn()
      }
      expect(status.viewers, 'the one that reads stays').toBe(1)
      idle.resume()
      await closed
      reader.destroy()
    },
  },
  maxResults: {
    limit: 2,
    exceed: async (app) => {
      await times(9, () => get(app, '/spans/1'))
      const answer = await get(app, '/_monitor/api/requests?limit=2')
      expect((JSON.parse(answer) as { requests: unknown[] }).requests).toHaveLength(2)
      expect(await get(app, '/_monitor/api/requests?limit=3')).toContain('limit must be')
    },
  },
  maxExportBytes: {
    limit: 1000,
    exceed: async (app) => {
      await times(9, () => get(app, '/spans/1'))
      const answer = await get(app, '/_monitor/api/profile/export')
      const { traces, droppedTraces } = JSON.parse(answer) as {
        readonly traces: unknown[]
        readonly droppedTraces: number
      }
      expect(traces.length + droppedTraces).toBe(18)
      expect(JSON.stringify(traces).length).toBeLessThan(1100)
    },
  },
}

function noop(): void {}

const routes: Routes = {
  '/as/:name': ({ req, mtaio }) => {
    mtaio!.setRoute(req, String(req.url))
    return 'ok'
  },
  '/spans/:count': ({ req, mtaio }) => {
    for (let i = 0; i < Number(req.url?.split('/')[2]); i++) mtaio!.profiler.traceContext('s', noop)
    return 'ok'
  },
  '/wait/:ms': async ({ req }) => {
    await sleep(Number(req.url?.split('/')[2]))
    return 'ok'
  },
  '/fail': () => {
    throw new Error('x'.repeat(50))
  },
}

describe.each(FRAMEWORKS)('%s', (framework) => {
  it.each(Object.keys(LIMITS) as LimitName[])(
    '%s cuts, is counted, and is seen in self and in the Prometheus text',
    async (name) => {
      const { limit, exceed } = CASES[name]
      const app = await startApp(framework, routes, { limits: { [name]: limit } })
      const { mtaio } = app
      await exceed({ ...app, mtaio: mtaio! })
      const { self } = JSON.parse(await get(app, '/_monitor/api/snapshot')) as Snapshot
      const figures = self.limits[name]!
      expect(figures.limit).toBe(limit)
      expect(figures.cut).toBeGreaterThan(0)
      // A name that stands for all others may come on top.
      expect(figures.used).toBeLessThanOrEqual(limit + 1)
      const text = await get(app, '/_monitor/metrics')
      expect(text).toMatch(new RegExp(`^mtaio_limit\\{name="${name}"\\} ${limit}$`, 'm'))
      expect(text).toMatch(new RegExp(`^mtaio_limit_cut_total\\{name="${name}"\\} [1-9]`, 'm'))
      app.server.closeAllConnections()
      await app.close()
    },
  )

  it.each(Object.keys(LIMITS) as LimitName[])('%s is checked at start-up', async (name) => {
    for (const value of [0, -1, 1.5, NaN, Infinity, '10', null, {}, 2 ** 53]) {
      const limits = { [name]: value } as Partial<Limits>
      const message = expect.stringContaining(`limits.${name} must be a whole number`)
      await expect((async () => startApp(framework, routes, { limits }))()).rejects.toMatchObject({
        code: 'MTAIO_OPTION_INVALID',
        message,
      })
    }
  })
})

it('shows every limit and no other in self', async () => {
  const app = await startApp('express', routes)
  const { self } = JSON.parse(await get(app, '/_monitor/api/snapshot')) as Snapshot
  expect(Object.keys(self.limits).toSorted()).toEqual(Object.keys(LIMITS).toSorted())
  app.server.closeAllConnections()
  await app.close()
})
