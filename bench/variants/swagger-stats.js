import fastifyExpress from '@fastify/express'
import swaggerStats from 'swagger-stats'

export const express = (app) => app.use(swaggerStats.getMiddleware())

/** Its guide puts an Express app below it. */
export async function fastify(app) {
  await app.register(fastifyExpress)
  await app.register(swaggerStats.getFastifyPlugin, {})
}

export const seen = () => swaggerStats.getCoreStats().all.requests
