import { expect, test } from 'vitest'
import type { AlertDocument, RouteRow, Snapshot } from '@core/status/api-types.ts'
import { findings } from './findings.ts'

const NOW = 1000

function alert(metric: string, value: number | null, threshold: number | null): AlertDocument {
  return {
    id: metric,
    metric,
    labels: null,
    state: 'firing',
    value,
    threshold,
    since: NOW - 48,
    until: null,
    message: null,
  }
}

function route(pattern: string, share: number, errors: number, count: number): RouteRow {
  return {
    method: 'POST',
    route: pattern,
    p95: share / 100,
    share,
    errors,
    timeouts: 0,
    count,
    errorRate: (errors / count) * 100,
  } as RouteRow
}

const snapshot = (...alerts: AlertDocument[]): Snapshot => withHttp({}, ...alerts)

function withHttp(http: Partial<Snapshot['http']>, ...alerts: AlertDocument[]): Snapshot {
  const calm = { errorRate: 0, rate: 10, inFlight: 0, oldest: null }
  return { stats: { timestamp: NOW }, alerts, http: { ...calm, ...http } } as unknown as Snapshot
}

const plain = (text: string | null | undefined): string => (text ?? '').replaceAll('\u00a0', ' ')

test('an alert is said in words: value, threshold, since, and the route that holds most of the time', () => {
  const [found] = findings(snapshot(alert('response_time', 1.42, 1)), [
    route('/fast', 19, 0, 100),
    route('/report/:id', 61, 0, 100),
  ])
  expect(plain(found?.text)).toBe('1.42 s > 1 s for 48 s.')
  expect(found?.route?.route).toBe('/report/:id')
  expect(plain(found?.routeText)).toBe(
    'has a p95 of 610 ms and holds 61 % of the time of all requests in the last 5 min.',
  )
  expect(found?.charts).toEqual({ selection: { from: NOW - 78, to: NOW } })
  expect(found?.requests).toMatchObject({
    route: { method: 'POST', pattern: '/report/:id' },
    view: 'slowest',
  })
})

test('an alert of the error rate names the route that fails most, and leads to its errors', () => {
  const [found] = findings(snapshot(alert('error_rate', 2.8, 1)), [
    route('/slow', 90, 1, 100),
    route('/broken', 2, 8, 100),
  ])
  expect(plain(found?.routeText)).toBe('failed 8 of 100 requests (8 %) in the last 5 min.')
  expect(found?.requests).toMatchObject({ view: 'errors', route: { pattern: '/broken' } })
})

test('what users feel comes before what only the process feels', () => {
  const found = findings(snapshot(alert('cpu_usage', 91, 80), alert('response_time', 2, 1)), [])
  expect(found.map(({ title, level }) => [title, level])).toEqual([
    ['response_time', 'bad'],
    ['cpu_usage', 'warn'],
  ])
})

test('without a threshold a route that fails is pointed out all the same', () => {
  const found = findings(snapshot(), [route('/broken', 1, 8, 100), route('/once', 1, 1, 2)])
  expect(found.map(({ route: row }) => row?.route)).toEqual(['/broken'])
})

test('requests that were given up are failures of their route', () => {
  const given = { ...route('/hangs', 1, 0, 8), timeouts: 8, errorRate: 100 }
  const [found] = findings(snapshot(), [route('/slow', 90, 4, 100), given])
  expect(plain(found?.routeText)).toBe('failed 8 of 8 requests (100 %) in the last 5 min.')
})

test('failures that are few of each route are pointed out together', () => {
  const rows = [route('/a', 1, 2, 2), route('/b', 1, 2, 2)]
  const [found, ...others] = findings(withHttp({ errorRate: 100, rate: 0.2 }), rows)
  expect(found).toMatchObject({ title: 'Failing requests', requests: { view: 'errors' } })
  expect(others).toEqual([])
  expect(findings(withHttp({ errorRate: 4, rate: 10 }), rows)).toEqual([])
  expect(findings(withHttp({ errorRate: 100, rate: 1 / 60 }), rows)).toEqual([])
})

test('requests that hang are pointed out, before any of them has ended', () => {
  const oldest = { id: 'a', method: 'GET', route: '/x', age: 19 }
  const [found] = findings(withHttp({ errorRate: null, rate: 0, inFlight: 25, oldest }), [])
  expect(plain(found?.text)).toBe('25 requests in flight, the oldest for 19 s.')
  expect(found?.requests).toMatchObject({ view: 'in-flight' })
  expect(findings(withHttp({ inFlight: 1, oldest: { ...oldest, age: 9 } }), [])).toEqual([])
})

test('what was said of a route is not said twice', () => {
  const alerts = [alert('response_time', 2, 1), alert('request_duration', 2, 1)]
  const found = findings(snapshot(...alerts), [route('/busy', 61, 0, 10)])
  expect(found.map(({ routeText }) => routeText !== null)).toEqual([true, false])
})

test('no route is blamed for what it may only have waited through', () => {
  const [found] = findings(snapshot(alert('event_loop_delay', 0.2, 0.1)), [
    route('/waits', 90, 0, 100),
  ])
  expect(found).toMatchObject({ route: null, routeText: null })
  expect(found?.requests).toMatchObject({ route: null, view: 'slowest' })
})

test('an alert that still fires below its threshold does not say that it is above', () => {
  const [found] = findings(snapshot(alert('event_loop_delay', 0.068, 0.1)), [])
  expect(plain(found?.text)).toBe('68 ms now, rose above 100 ms 48 s ago.')
})

test('an alert that the app raised by itself is said with its own words', () => {
  const [found] = findings(
    snapshot({ ...alert('queue', null, null), message: 'The queue is full.' }),
    [],
  )
  expect(plain(found?.text)).toBe('The queue is full. Fires for 48 s.')
})

test('when nothing is wrong there is nothing to say', () => {
  expect(findings(snapshot(), [route('/fine', 100, 0, 5000)])).toEqual([])
})
