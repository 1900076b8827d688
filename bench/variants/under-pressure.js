import underPressure from '@fastify/under-pressure'

// Limits that are never reached: without one, the plugin adds no hook to a request at all.
export const fastify = (app) =>
  app.register(underPressure, { maxEventLoopDelay: 60_000, maxHeapUsedBytes: 8 * 1024 ** 3 })
