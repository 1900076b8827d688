import { createMtaio } from '@mtaio/express'
import client from 'prom-client'

/** Bounds of mtaio's classic buckets, so that both write the same lines. */
const BOUNDS = Array.from({ length: 17 }, (_, i) => 2 ** (i - 11))
const VALUES_PER_SERIES = 50

/** The labels of the nth series. */
const routeOf = (i) => ({ method: 'GET', route: `/route/${i}/:id`, status: '200' })
const queueOf = (i) => ({ queue: `queue-${i}` })

/** Latencies from 2 to 200 ms, the same in every run. */
function* valuesOf(i) {
  for (let n = 0; n < VALUES_PER_SERIES; n++) yield 0.002 * 100 ** (((i * 31 + n * 17) % 97) / 97)
}

/**
 * Each makes `series` series of a kind and returns how to render them all, with the bytes of the
 * rendering as its result, and how to record one more value.
 */
export const tools = {
  async mtaio(kind, series) {
    const mtaio = createMtaio({ limits: { maxSeriesPerMetric: series } })
    const { metricStore } = mtaio.monitor
    const [name, labelsOf] =
      kind === 'own' ? ['queue_length', queueOf] : ['request_duration', routeOf]
    const all = Array.from({ length: series }, (_, i) => metricStore.series(name, labelsOf(i)))
    all.forEach((one, i) => {
      for (const value of valuesOf(i)) one.record(value, performance.now())
    })
    const { Prometheus } = await import('../packages/core/src/status/prometheus/prometheus.ts')
    const prometheus = new Prometheus({
      metrics: metricStore,
      inFlight: () => 0,
      self: () => ({ limits: {}, traces: {} }),
    })
    return {
      touch: () => all[0].record(0.1, performance.now()),
      async render() {
        const pieces = await prometheus.render('text')
        return pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
      },
    }
  },

  async 'prom-client'(kind, series) {
    const registry = new client.Registry()
    client.collectDefaultMetrics({ register: registry })
    const registers = [registry]
    let record
    if (kind === 'own') {
      const labelNames = ['queue']
      const last = new client.Gauge({ name: 'queue_length', help: '-', labelNames, registers })
      const all = new client.Summary({
        name: 'queue_length_values',
        help: '-',
        labelNames,
        percentiles: [0.5, 0.95, 0.99],
        maxAgeSeconds: 300,
        ageBuckets: 5,
        registers,
      })
      record = (i, value) => {
        last.set(queueOf(i), value)
        all.observe(queueOf(i), value)
      }
    } else {
      const histogram = new client.Histogram({
        name: 'request_duration_seconds',
        help: '-',
        labelNames: ['method', 'route', 'status'],
        buckets: BOUNDS,
        registers,
      })
      record = (i, value) => histogram.observe(routeOf(i), value)
    }
    for (let i = 0; i < series; i++) for (const value of valuesOf(i)) record(i, value)
    return {
      touch: () => record(0, 0.1),
      render: async () => Buffer.byteLength(await registry.metrics()),
    }
  },
}
