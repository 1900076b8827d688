import { createMtaio, mtaioFastify, type Mtaio, type RequestHandle } from '@mtaio/fastify'
import { fastify } from 'fastify'

const app = fastify()
await app.register(mtaioFastify)
await app.register(mtaioFastify, { path: '/status', thresholds: { cpu_usage: 80 } })
await app.register(mtaioFastify, { mtaio: createMtaio() })
// @ts-expect-error The path is text.
await app.register(mtaioFastify, { path: 7 })

export const mtaio: Mtaio = app.mtaio

app.get('/', (request) => {
  const handle: RequestHandle = request.mtaio
  handle.route = '/x'
  // Only Fastify 4 has it: these are its types, not those of Fastify 5.
  return typeof app.getDefaultRoute
})
