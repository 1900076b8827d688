import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMtaio, Profiler, ResourceMonitor, type Mtaio } from '@mtaio/core'
import { serve, type TestServer } from '../support/raw-http.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const COUNT = 100
/** As much as a body may have that an app cuts a key out of. */
const LARGE = 100_000

/** Bytes of heap for each text of `LARGE` characters that an app keeps twenty characters of. */
async function heapEach(keep: (slice: string, i: number) => unknown): Promise<number> {
  const heap = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  await keep('warmed up once, '.repeat(2), COUNT)
  const before = heap()
  for (let i = 0; i < COUNT; i++) {
    const large = `${i} ${'x'.repeat(LARGE)}`
    await keep(large.slice(0, 20), i)
  }
  return (heap() - before) / COUNT
}

let mtaio: Mtaio
let server: TestServer
beforeAll(async () => {
  mtaio = createMtaio()
  server = await serve(
    mtaio.handler((req, res) => {
      mtaio.setRoute(req, route)
      res.end()
    }),
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await mtaio.stop()
})
let route = ''

const profiler = new Profiler()
const monitor = new ResourceMonitor()
const nothing = (): void => {}

it.each<readonly [string, (slice: string, i: number) => unknown]>([
  ['the name of a metric', (slice) => monitor.recordMetric(slice, 1)],
  ['a label', (slice) => monitor.recordMetric('one', 1, { slice })],
  ['the name of a label', (slice) => monitor.recordMetric('other', 1, { [slice]: 1 })],
  ['an alert', (slice) => monitor.alert(slice)],
  ['the metric of an alert', (slice) => monitor.alert(slice, 1, 'text')],
  ['an operation', (slice) => profiler.traceContext(slice, nothing)],
  ['an open trace', (slice) => profiler.startTrace(slice)],
  ['metadata', (slice) => profiler.traceContext('t', nothing, { slice, deep: [slice] })],
  ['the name of metadata', (slice) => profiler.traceContext('t', nothing, { [slice]: 1 })],
  [
    'an error',
    (slice) => profiler.startTrace('t').setError(Object.assign(new Error(), { message: slice })),
  ],
  ['what was thrown', (slice) => profiler.startTrace('t').setError(slice)],
  [
    'a route',
    async (slice) => {
      route = slice
      await server.ask('/')
      // Requests are entered together; who reads has it done.
      expect(mtaio.http.statistics.requests).toBeGreaterThan(0)
    },
  ],
])('%s that was cut out of a large text does not keep that in memory', async (_what, keep) => {
  expect(await heapEach(keep)).toBeLessThan(LARGE / 4)
})

it('a slice that is kept as it is does, or the tests above would prove nothing', async () => {
  const kept: string[] = []
  expect(await heapEach((slice) => kept.push(slice))).toBeGreaterThan(LARGE / 2)
  expect(kept).toHaveLength(COUNT + 1)
})
