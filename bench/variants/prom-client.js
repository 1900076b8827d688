/** What people write by hand with prom-client: a histogram by method, route and status. */
import client from 'prom-client'

client.collectDefaultMetrics()
const histogram = new client.Histogram({
  name: 'http_request_duration_seconds',
  help: 'Duration of HTTP requests in seconds',
  labelNames: ['method', 'route', 'status'],
})

export const express = (app) =>
  app.use((req, res, next) => {
    const end = histogram.startTimer()
    res.on('finish', () =>
      end({ method: req.method, route: req.route?.path ?? '(unmatched)', status: res.statusCode }),
    )
    next()
  })

export const koa = (app) =>
  app.use(async (ctx, next) => {
    const end = histogram.startTimer()
    try {
      await next()
    } finally {
      end({ method: ctx.method, route: ctx._matchedRoute ?? '(unmatched)', status: ctx.status })
    }
  })

export const fastify = (app) =>
  app.addHook('onResponse', (request, reply, done) => {
    histogram.observe(
      {
        method: request.method,
        route: request.routeOptions.url ?? '(unmatched)',
        status: reply.statusCode,
      },
      reply.elapsedTime / 1000,
    )
    done()
  })

export const seen = () => countOf(client.register, 'http_request_duration_seconds')

/** The observations of a histogram with the label values that the bench's route must have. */
export async function countOf(register, name) {
  const { values } = await register.getSingleMetric(name).get()
  return values
    .filter((v) => v.metricName === `${name}_count`)
    .filter((v) => Object.values(v.labels).some((label) => /^\/items\/(:id|#val)$/.test(label)))
    .reduce((total, v) => total + v.value, 0)
}
