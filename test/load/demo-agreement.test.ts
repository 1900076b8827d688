import type { HttpFigures, RequestsDocument, RouteRow } from '@mtaio/core'
import { describe, expect, it } from 'vitest'
import { DemoServer, FRAMEWORKS } from '../demo/demo-server.ts'
import { planVisits, send, type Visit } from '../demo/visits.ts'

const BLOCKING = '/report/:id'

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)

/** What the client saw, by method and route. */
function groupsOf(visits: readonly Visit[]): Map<string, Visit[]> {
  const groups = new Map<string, Visit[]>()
  for (const visit of visits) {
    const name = `${visit.method} ${visit.route}`
    groups.set(name, [...(groups.get(name) ?? []), visit])
  }
  return groups
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!
}

describe.each(FRAMEWORKS)('the demo on %s', (framework) => {
  it('shows the counts, the errors and the percentiles that its clients saw', async () => {
    await using demo = await DemoServer.start(framework)
    // What blocks the loop comes last: meanwhile other requests wait where only clients see it.
    const plans = planVisits(700)
    const quick = await send(
      demo.port,
      plans.filter(({ route }) => route !== BLOCKING),
      4,
    )
    const blocking = await send(
      demo.port,
      plans.filter(({ route }) => route === BLOCKING),
      1,
    )
    const visits = [...quick, ...blocking]
    const groups = groupsOf(visits)
    const routeOf = new Map(plans.map(({ method, path, route }) => [`${method} ${path}`, route]))
    const times = await demo.times()
    const rows = await demo.json<RouteRow[]>('/_monitor/api/routes?window=all')

    expect(rows.map((row) => `${row.method} ${row.route}`).sort()).toEqual(
      [...groups.keys()].sort(),
    )
    for (const row of rows) {
      const seen = groups.get(`${row.method} ${row.route}`)!
      expect(row.count, row.route).toBe(seen.length)
      expect(row.errors, row.route).toBe(seen.filter((visit) => visit.status >= 500).length)
      const within = times.filter(({ method, path }) => {
        return method === row.method && routeOf.get(`${method} ${path}`) === row.route
      })
      expect(within.length, row.route).toBe(seen.length)
      const p50 = median(within.map(({ seconds }) => seconds))
      expect(Math.abs(row.p50! - p50), `p50 of ${row.route}`).toBeLessThan(p50 * 0.05 + 0.0002)
      // A client waits longer, the longer the busier its own process is.
      const outside = median(seen.map(({ duration }) => duration))
      expect(row.p50!, `p50 of ${row.route}`).toBeLessThan(outside * 1.05)
    }
    expect(rows.some((row) => row.errors > 0)).toBe(true)

    const { http } = await demo.json<{ http: HttpFigures }>('/_monitor/api/snapshot')
    expect(http).toMatchObject({ requests: visits.length, inFlight: 0, aborted: 0, timeouts: 0 })
  })
})

it('shows the same for the same traffic, whatever the framework', async () => {
  const plans = planVisits(500)
  const pictures = []
  for (const framework of FRAMEWORKS) {
    await using demo = await DemoServer.start(framework)
    await send(demo.port, plans, 10)
    const routes = await demo.json<RouteRow[]>('/_monitor/api/routes?window=all')
    const errors = await demo.json<RequestsDocument>('/_monitor/api/requests?view=errors&limit=500')
    const recent = await demo.json<RequestsDocument>('/_monitor/api/requests?view=recent&limit=500')
    const { operations } = await demo.json<{ operations: { name: string; callCount: number }[] }>(
      '/_monitor/api/profile',
    )
    pictures.push({
      routes: routes
        .map(({ method, route, count, errors, aborted }) => ({
          name: `${method} ${route}`,
          count,
          errors,
          aborted,
        }))
        .sort(byName),
      errors: errors.requests
        .map(({ method, route, status, outcome, error }) =>
          [method, route, status, outcome, error?.name, error?.message].join(' '),
        )
        .sort(),
      statuses: recent.requests.length,
      operations: operations.map(({ name, callCount }) => ({ name, callCount })).sort(byName),
    })
  }
  const [express, koa, fastify] = pictures
  expect(koa).toEqual(express)
  expect(fastify).toEqual(express)
  expect(express!.errors.length).toBeGreaterThan(0)
})
