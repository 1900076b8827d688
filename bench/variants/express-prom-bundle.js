import client from 'prom-client'
import bundle from 'express-prom-bundle'
import { countOf } from './prom-client.js'

// The module above is only asked to count; its own metrics are not wanted here.
client.register.clear()

export const express = (app) =>
  app.use(
    bundle({
      includeMethod: true,
      includePath: true,
      promClient: { collectDefaultMetrics: {} },
    }),
  )

export const seen = () => countOf(client.register, 'http_request_duration_seconds')
