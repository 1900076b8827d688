import { spawnSync } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { clock } from '../../packages/core/src/clock.ts'
import { resolveLimits } from '../../packages/core/src/limits.ts'
import { MetricStore } from '../../packages/core/src/metrics/metric-store.ts'
import type { SelfFigures } from '../../packages/core/src/status/api-types.ts'
import { Prometheus } from '../../packages/core/src/status/prometheus/prometheus.ts'
import { recordHostile } from './hostile-names.ts'
import { sleep, StatusServer, until } from './status-server.ts'

const OPEN_METRICS =
  'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3'

/** The default metrics of prom-client 15.1 on Linux. */
const PROM_CLIENT_NAMES = `
  process_cpu_user_seconds_total process_cpu_system_seconds_total process_cpu_seconds_total
  process_start_time_seconds process_resident_memory_bytes process_virtual_memory_bytes
  process_heap_bytes process_open_fds process_max_fds
  nodejs_eventloop_lag_seconds nodejs_eventloop_lag_min_seconds nodejs_eventloop_lag_max_seconds
  nodejs_eventloop_lag_mean_seconds nodejs_eventloop_lag_stddev_seconds
  nodejs_eventloop_lag_p50_seconds nodejs_eventloop_lag_p90_seconds nodejs_eventloop_lag_p99_seconds
  nodejs_active_resources nodejs_active_resources_total nodejs_active_handles
  nodejs_active_handles_total nodejs_active_requests nodejs_active_requests_total
  nodejs_heap_size_total_bytes nodejs_heap_size_used_bytes nodejs_external_memory_bytes
  nodejs_heap_space_size_total_bytes nodejs_heap_space_size_used_bytes
  nodejs_heap_space_size_available_bytes nodejs_version_info nodejs_gc_duration_seconds
`
  .trim()
  .split(/\s+/)

/** Values by sample, as they stand: `name{labels}`. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const at = line.lastIndexOf(' ')
    expect(samples.has(line.slice(0, at)), `${line} is there twice`).toBe(false)
    samples.set(line.slice(0, at), Number(line.slice(at + 1).replace('Inf', 'Infinity')))
  }
  return samples
}

function record(app: StatusServer, name: string, value: number, labels?: Record<string, string>) {
  app.monitor.metricStore.series(name, labels).record(value, clock.now())
}

/** What promtool (Debian: prometheus) says; null where it is not installed. */
function promtool(text: string): { readonly code: number | null; readonly output: string } | null {
  const run = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
    timeout: 20_000,
  })
  if (run.error !== undefined) {
    if (process.env['MTAIO_REQUIRE_ALL'] === '1') throw run.error
    return null
  }
  return { code: run.status, output: run.stdout + run.stderr }
}

const isPromtoolMissing = promtool('') === null

describe('the exposition', () => {
  it('has the names of prom-client’s default metrics', async () => {
    await using app = await new StatusServer().listen()
    const text = async () => (await app.get('/_monitor/metrics')).body
    const names = [...(await text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name]) => name)
    for (const name of PROM_CLIENT_NAMES) expect(names).toContain(name)
    const samples = samplesOf(await text())
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e7)
    expect(samples.get('process_open_fds')).toBeGreaterThan(3)
    const [major, minor, patch] = process.versions.node.split('.')
    const labels = `version="${process.version}",major="${major}",minor="${minor}",patch="${patch}"`
    expect(samples.get(`nodejs_version_info{${labels}}`)).toBe(1)
  })

  it('measures the lag of the event loop from one scrape to the next, and before the first', async () => {
    await using app = await new StatusServer().listen()
    const lag = async () => {
      record(app, 'orders', 1)
      return samplesOf((await app.get('/_monitor/metrics')).body)
    }
    expect((await lag()).get('nodejs_eventloop_lag_p99_seconds')).toBeLessThan(0.15)
    await sleep(600)
    const end = performance.now() + 200
    while (performance.now() < end);
    await sleep(50)
    const samples = await lag()
    expect(samples.get('nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.15)
    expect(samples.get('nodejs_eventloop_lag_min_seconds')).toBeLessThan(0.15)
    expect(samples.get('nodejs_eventloop_lag_stddev_seconds')).toBeGreaterThan(0)
  })

  it('tells servers that scrape right after one another the same lag', async () => {
    await using app = await new StatusServer().listen()
    const lag = async (accept: string) => {
      record(app, 'orders', 1)
      const { body } = await app.get('/_monitor/metrics', { accept })
      return /^nodejs_eventloop_lag_max_seconds (.+)$/m.exec(body)?.[1]
    }
    await lag('*/*')
    await sleep(100)
    const first = await lag('*/*')
    expect(Number(first)).toBeGreaterThanOrEqual(0)
    expect(await lag(OPEN_METRICS)).toBe(first)
  })

  it('counts requests under bounds that grow, up to the count', async () => {
    await using app = await new StatusServer().listen()
    for (const seconds of [0.0001, 0.25, 0.2500001, 0.26, 1, 1.5, 100]) {
      record(app, 'request_duration', seconds, { method: 'GET', route: '/x', status: '200' })
    }
    const samples = samplesOf((await app.get('/_monitor/metrics')).body)
    const name = 'request_duration_seconds'
    const labels = 'method="GET",route="/x",status="200"'
    const below = (le: string) => samples.get(`${name}_bucket{${labels},le="${le}"}`)
    expect(below('0.125')).toBe(1)
    // A value at a bound is below it: the bounds are those of the histogram itself.
    expect(below('0.25')).toBe(2)
    expect(below('0.5')).toBe(4)
    expect(below('1')).toBe(5)
    expect(below('2')).toBe(6)
    expect(below('32')).toBe(6)
    expect(below('+Inf')).toBe(7)
    expect(samples.get(`${name}_count{${labels}}`)).toBe(7)
    expect(samples.get(`${name}_sum{${labels}}`)).toBeCloseTo(103.2601001)
    const counts = [...samples]
      .filter(([key]) => key.startsWith(`${name}_bucket`))
      .map(([, n]) => n)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  })

  it('counts errors and requests in flight of real traffic', async () => {
    await using app = await new StatusServer().listen()
    for (const path of ['/a', '/a', '/fail']) await app.get(path)
    await until(() => app.http.inFlight.size === 0)
    const open = app.get('/hold')
    await until(() => app.http.inFlight.size === 1)
    const samples = samplesOf((await app.get('/_monitor/metrics')).body)
    const labels = 'method="GET",route="/fail",status="500"'
    expect(samples.get(`request_error_total{${labels}}`)).toBe(1)
    expect(samples.get('request_in_flight')).toBe(1)
    expect(
      samples.get('request_duration_seconds_count{method="GET",route="/a",status="200"}'),
    ).toBe(2)
    app.release()
    await open
  })

  it('shows own metrics as their last value and as a summary', async () => {
    await using app = await new StatusServer().listen()
    for (const value of [1, 2, 9]) record(app, 'queue_length', value, { queue: 'mail' })
    record(app, 'temperature', -4)
    const samples = samplesOf((await app.get('/_monitor/metrics')).body)
    expect(samples.get('queue_length{queue="mail"}')).toBe(9)
    expect(samples.get('queue_length_values_sum{queue="mail"}')).toBe(12)
    expect(samples.get('queue_length_values_count{queue="mail"}')).toBe(3)
    expect(samples.get('queue_length_values{queue="mail",quantile="0.5"}')).toBeCloseTo(2, 1)
    expect(samples.get('temperature')).toBe(-4)
  })

  it('keeps a request_duration that the app records by itself apart from those of routes', async () => {
    await using app = await new StatusServer().listen()
    record(app, 'request_duration', 1, { method: 'GET', route: '/x', status: '200' })
    record(app, 'request_duration', 5)
    const { body } = await app.get('/_monitor/metrics')
    const counts = [...body.matchAll(/^request_duration_seconds_count(.*)$/gm)].map(([, at]) => at)
    expect(counts).toEqual(['{method="GET",route="/x",status="200"} 1'])
    expect(samplesOf(body).get('request_duration')).toBe(5)
    const rows = JSON.parse((await app.get('/_monitor/api/metrics')).body)
    expect(rows).toMatchObject([{ metric: 'request_duration', labels: {}, last: 5 }])
  })

  it('has nothing of a metric whose values were all refused', async () => {
    await using app = await new StatusServer().listen()
    record(app, 'spoilt_seconds', -1)
    record(app, 'half', NaN, { of: 'spoilt' })
    record(app, 'half', 1, { of: 'taken' })
    const { body } = await app.get('/_monitor/metrics')
    expect(body).not.toContain('spoilt')
    expect(samplesOf(body).get('half{of="taken"}')).toBe(1)
  })

  it('says what mtaio holds and cuts', async () => {
    await using app = await new StatusServer({ limits: { maxRoutes: 5 } }).listen()
    const samples = samplesOf((await app.get('/_monitor/metrics')).body)
    expect(samples.get('mtaio_limit{name="maxRoutes"}')).toBe(5)
    expect(samples.get('mtaio_limit_cut_total{name="maxRoutes"}')).toBe(0)
    expect(samples.get('mtaio_traces_dropped_total')).toBe(2)
  })

  it('is OpenMetrics where that is accepted as gladly, with its end mark', async () => {
    await using app = await new StatusServer().listen()
    record(app, 'request_error', 1, { method: 'GET', route: '/x', status: '500' })
    const { headers, body } = await app.get('/_monitor/metrics', { accept: OPEN_METRICS })
    expect(headers['content-type']).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    expect(body).toMatch(/\n# EOF\n$/)
    expect(body).toContain('# TYPE request_error counter\nrequest_error_total{')
    expect(body).toContain('# TYPE nodejs_active_handles_total unknown\n')
    // One block per family, each name once.
    const families = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    expect(new Set(families).size).toBe(families.length)

    for (const accept of [
      '',
      '*/*',
      'text/plain',
      'application/openmetrics-text;q=0.1,text/plain',
    ]) {
      const plain = await app.get('/_monitor/metrics', { accept })
      expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
      expect(plain.body).not.toContain('# EOF')
    }
  })

  it('is made once for scrapes within a second in which nothing was recorded', async () => {
    await using app = await new StatusServer().listen()
    const scrape = async () => (await app.get('/_monitor/metrics')).body
    const [first, second] = await Promise.all([scrape(), scrape()])
    expect(second).toBe(first)
    record(app, 'orders', 1)
    expect(await scrape()).toContain('\norders 1\n')
  })
})

describe('whatever names are used', () => {
  async function scrapeHostile(accept: string): Promise<string> {
    await using app = await new StatusServer().listen()
    recordHostile(app.monitor.metricStore)
    return (await app.get('/_monitor/metrics', { accept })).body
  }

  it('no sample is there twice, and every name and label is valid', async () => {
    for (const accept of ['*/*', OPEN_METRICS]) {
      const text = await scrapeHostile(accept)
      const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n\0]|\\[\\"n])*"`
      const sample = new RegExp(String.raw`^[a-zA-Z_]\w*(\{${label}(,${label})*\})? \S+$`, 'u')
      for (const key of samplesOf(text).keys()) expect(`${key} 1`).toMatch(sample)
      const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
      expect(new Set(families).size).toBe(families.length)
      expect(families).toContain('process_cpu_seconds_2')
    }
  })

  it.skipIf(isPromtoolMissing)('promtool parses it', async () => {
    const { output } = promtool(await scrapeHostile('*/*')) ?? {}
    // Names that the app chose may be against its taste; it must be able to read them.
    expect(output).not.toMatch(
      /error while linting|parse error|invalid|duplicate|was collected before/i,
    )
  })

  it.skipIf(isPromtoolMissing)('and what mtaio itself names passes all of its checks', async () => {
    await using app = await new StatusServer().listen()
    for (const path of ['/a', '/fail', '/slow/5']) await app.get(path)
    for (const name of ['request_aborted', 'request_timeout', 'request_stream']) {
      record(app, name, 1, { method: 'GET', route: '/', status: '200' })
    }
    record(app, 'queue_length', 1, { queue: 'mail', le: '1', quantile: '0.5' })
    expect(promtool((await app.get('/_monitor/metrics')).body)).toEqual({ code: 0, output: '' })
  })
})

describe('3,000 series', () => {
  it('are rendered a few at a time, and in between the app goes on', async () => {
    const store = new MetricStore(resolveLimits({}))
    for (let i = 0; i < 1500; i++) {
      store.series('request_duration', { route: `/r/${i}`, status: '200' }).record(1, clock.now())
      store.series('queue_length', { queue: `q${i}` }).record(1, clock.now())
    }
    const self = { limits: {}, traces: { kept: 0, dropped: 0 } } as SelfFigures
    const prometheus = new Prometheus({ metrics: store, inFlight: () => 0, self: () => self })
    // A clock that counts: each look at it takes a tenth of a millisecond, so that the test proves
    // the same on a machine that is busy.
    let nowMs = clock.now()
    vi.spyOn(clock, 'now').mockImplementation(() => (nowMs += 0.1))
    const slices: number[] = []
    let last = nowMs
    let isDone = false
    const watch = (): void => {
      slices.push(nowMs - last)
      last = nowMs
      if (!isDone) setImmediate(watch)
    }
    setImmediate(watch)
    const pieces = await prometheus.render('text')
    isDone = true
    prometheus.stop()
    vi.restoreAllMocks()
    expect(
      Buffer.concat(pieces)
        .toString()
        .match(/_count\{/g),
    ).toHaveLength(3000)
    expect(slices.length).toBeGreaterThan(3000 / 10)
    expect(Math.max(...slices)).toBeLessThan(5)
  })
})
