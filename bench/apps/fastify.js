import { createRequire } from 'node:module'
import { loadItem } from './work.js'

// By require and only when asked, since OpenTelemetry patches what is required after it began.
const require = createRequire(import.meta.url)

export async function build(variant) {
  const app = require('fastify')()
  await variant.fastify?.(app)
  const work = variant.around?.(loadItem) ?? loadItem
  app.get('/items/:id', async (request) => work(request.params.id))
  await app.ready()
  return app.server
}
