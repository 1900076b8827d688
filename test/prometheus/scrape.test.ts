import { setTimeout as sleep } from 'node:timers/promises'
import type { RouteHistogramDocument } from '@mtaio/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DURATION_BOUNDS } from '../../packages/core/src/status/prometheus/request-metrics.ts'
import { isHere, PrometheusServer } from './prometheus-server.ts'
import { ScrapedApp } from './scraped-app.ts'

const TOKEN = 'a-token-of-this-test'
const HELD = 3
/** The load by address, on each of the two apps. */
const LOAD = { '/items/1': 120, '/fail': 15, '/wait/10': 40, '/wait/100': 10 } as const
const ITEMS = '{route="/items/:id"}'
const WAITS = '{route="/wait/:ms"}'
/** Long enough to hold the whole test. */
const RANGE = '5m'

function configFor(apps: readonly ScrapedApp[]): string {
  const targets = apps.map(({ target }) => `'${target}'`).join(', ')
  const job = (name: string, token: string): string => `
  - job_name: ${name}
    metrics_path: /_monitor/metrics
    authorization: { credentials: ${token} }
    static_configs: [{ targets: [${targets}] }]`
  return `global: { scrape_interval: 1s }
scrape_configs:${job('app', TOKEN)}${job('stranger', 'another-token')}`
}

describe.skipIf(!isHere('prometheus'))('the Prometheus server', () => {
  const apps: ScrapedApp[] = []
  let classic: PrometheusServer
  let native: PrometheusServer
  let held: Promise<Response>[] = []

  beforeAll(async () => {
    apps.push(await ScrapedApp.start('express', TOKEN), await ScrapedApp.start('fastify', TOKEN))
    const config = configFor(apps)
    classic = await PrometheusServer.start(config)
    native = await PrometheusServer.start(config, ['--enable-feature=native-histograms'])
    // One of each, so that every series is there before the load: an increase begins with a value.
    for (const app of apps) for (const path of Object.keys(LOAD)) await app.get(path)
    await eventually(async () => {
      const known = `count(request_error_total == 1) + count(request_duration_seconds_count${ITEMS})`
      expect(await classic.value(known)).toBe(4)
      expect(await native.value('count(request_error_total == 1)')).toBe(2)
    })
    await Promise.all(apps.map((app) => sendLoad(app)))
    held = apps.flatMap((app) => Array.from({ length: HELD }, () => app.get('/hold')))
    await eventually(async () => {
      for (const server of [classic, native]) {
        expect(await server.value('sum(request_error_total)')).toBe(2 * (LOAD['/fail'] + 1))
        expect(await server.value('sum(request_in_flight)')).toBe(2 * HELD)
      }
      // A scrape in the middle of the load may have as many in flight.
      const waited = 2 * (LOAD['/wait/10'] + LOAD['/wait/100'] + 2)
      expect(await classic.value(`sum(request_duration_seconds_count${WAITS})`)).toBe(waited)
      const inNative = `sum(histogram_count(request_duration_seconds${WAITS}))`
      expect(await native.value(inNative)).toBe(waited)
    })
  }, 60_000)

  afterAll(async () => {
    for (const app of apps) app.release()
    await Promise.all(held)
    for (const running of [classic, native, ...apps]) await running?.[Symbol.asyncDispose]()
  }, 30_000)

  it('scrapes both apps with the token, and none with another one', async () => {
    for (const server of [classic, native]) {
      expect(await server.value('sum(up{job="app"})')).toBe(2)
      expect(await server.value('sum(up{job="stranger"})')).toBe(0)
    }
  })

  it('counts exactly the requests that were sent, and finds their rate', async () => {
    const time = Date.now() / 1000
    for (const { target } of apps) {
      const counter = `request_duration_seconds_count{route="/items/:id",instance="${target}"}`
      const [raw] = await classic.query(`${counter}[${RANGE}]`, time)
      const samples = raw!.values!.map(([seconds, value]) => [seconds, Number(value)] as const)
      const [first, last] = [samples[0]!, samples.at(-1)!]
      const sent = LOAD['/items/1']
      expect(last[1] - first[1]).toBe(sent)
      // Prometheus goes on in a straight line: half an interval before the samples, and after them
      // up to now, or 1.1 intervals.
      const most = sent * (1 + 1.61 / (samples.length - 1))
      const increase = await classic.value(`increase(${counter}[${RANGE}])`, time)
      expect(increase).toBeGreaterThanOrEqual(sent)
      expect(increase).toBeLessThan(most)
      const rate = await classic.value(`rate(${counter}[${RANGE}])`, time)
      expect(rate * 300).toBeCloseTo(increase, 6)
    }
  })

  it('counts failures, and what is in flight now', async () => {
    for (const server of [classic, native]) {
      for (const { target } of apps) {
        const on = `{route="/fail",status="500",instance="${target}"}`
        expect(await server.value(`request_error_total${on}`)).toBe(LOAD['/fail'] + 1)
        expect(await server.value(`request_in_flight{instance="${target}"}`)).toBe(HELD)
      }
    }
  })

  it('finds the quantiles of both apps together within the bounds of a bucket', async () => {
    const values = await latencies(apps)
    const buckets = `sum by (le) (request_duration_seconds_bucket${WAITS})`
    for (const q of [0.5, 0.95]) {
      const [from, to] = around(values, q)
      const found = await classic.value(`histogram_quantile(${q}, ${buckets})`)
      expect(found).toBeGreaterThanOrEqual(DURATION_BOUNDS.findLast((bound) => bound < from)!)
      expect(found).toBeLessThanOrEqual(DURATION_BOUNDS.find((bound) => bound >= to)!)
    }
  })

  it('finds them at most 1.1 % off in native histograms', async () => {
    const values = await latencies(apps)
    const all = `sum(request_duration_seconds${WAITS})`
    expect(await native.value(`histogram_count(${all})`)).toBe(values.length)
    expect(await native.value(`histogram_sum(${all})`)).toBeCloseTo(
      await classic.value(`sum(request_duration_seconds_sum${WAITS})`),
      9,
    )
    for (const q of [0.5, 0.95]) {
      const [from, to] = around(values, q)
      const found = await native.value(`histogram_quantile(${q}, ${all})`)
      expect(found).toBeGreaterThan(from * 0.989)
      expect(found).toBeLessThan(to * 1.011)
    }
  })

  it('has the same metrics in either format, but for the native ones', async () => {
    const parts = /^request_duration_seconds(_bucket|_sum|_count)?$/
    // Only there while libuv has a request.
    const passing = 'nodejs_active_requests'
    const others = async (server: PrometheusServer): Promise<readonly string[]> =>
      (await server.names()).filter((name) => !parts.test(name) && name !== passing)
    expect(await others(native)).toEqual(await others(classic))
    const own = (await native.names()).filter((name) => parts.test(name))
    expect(own).toEqual(['request_duration_seconds'])
  })

  it('knows the processes', async () => {
    for (const app of apps) {
      const { rss, version } = await app.facts()
      const on = `{instance="${app.target}",job="app"}`
      for (const server of [classic, native]) {
        const shown = await server.value(`process_resident_memory_bytes${on}`)
        expect(Math.abs(shown / rss - 1)).toBeLessThan(0.5)
        const [info] = await server.query(`nodejs_version_info${on}`)
        expect(info!.metric['version']).toBe(version)
        const cpu = await server.value(`rate(process_cpu_seconds_total${on}[${RANGE}])`)
        expect(cpu).toBeGreaterThan(0)
        const age = await server.value(`time() - process_start_time_seconds${on}`)
        expect(age).toBeGreaterThan(0)
        expect(age).toBeLessThan(120)
        const used = await server.value(`nodejs_heap_size_used_bytes${on}`)
        expect(used).toBeGreaterThan(1e6)
        expect(await server.value(`nodejs_heap_size_total_bytes${on}`)).toBeGreaterThan(used)
        expect(await server.value(`nodejs_eventloop_lag_p99_seconds${on}`)).toBeGreaterThanOrEqual(
          0,
        )
      }
    }
  })
})

async function sendLoad(app: ScrapedApp): Promise<void> {
  const paths = Object.entries(LOAD).flatMap(([path, times]) => new Array<string>(times).fill(path))
  const rest = paths.values()
  const worker = async (): Promise<void> => {
    for (const path of rest) await app.get(path)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}

/** Each waiting request of both apps as mtaio's own page shows it: the middle of its bucket. */
async function latencies(apps: readonly ScrapedApp[]): Promise<number[]> {
  const path = `routes/histogram?method=GET&route=${encodeURIComponent('/wait/:ms')}`
  const documents = await Promise.all(apps.map((app) => app.api<RouteHistogramDocument>(path)))
  return documents
    .flatMap(({ buckets }) => buckets)
    .flatMap(({ from, to, count }) => new Array<number>(count).fill((2 * from * to) / (from + to)))
    .sort((a, b) => a - b)
}

/** The value at a quantile, one rank lower and one higher: Prometheus counts ranks another way. */
function around(values: readonly number[], q: number): readonly [from: number, to: number] {
  const rank = Math.ceil(q * values.length) - 1
  return [values[Math.max(0, rank - 1)]!, values[Math.min(values.length - 1, rank + 1)]!]
}

/** Tries until it holds; the server scrapes once a second. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (const end = performance.now() + 30_000; ; await sleep(250)) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}
