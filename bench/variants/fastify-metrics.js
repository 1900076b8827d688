import { createRequire } from 'node:module'
import client from 'prom-client'
import { countOf } from './prom-client.js'

client.register.clear()

const metrics = createRequire(import.meta.url)('fastify-metrics').default

export const fastify = (app) => app.register(metrics, { endpoint: '/metrics' })

export const seen = () => countOf(client.register, 'http_request_duration_seconds')
