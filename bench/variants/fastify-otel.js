import { FastifyOtelInstrumentation } from '@fastify/otel'
import { providers } from './opentelemetry.js'

const instrumentation = new FastifyOtelInstrumentation()
instrumentation.setTracerProvider(providers.tracerProvider)
instrumentation.setMeterProvider(providers.meterProvider)

export const fastify = (app) => app.register(instrumentation.plugin())

export { seen } from './opentelemetry.js'
