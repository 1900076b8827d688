import { Readable } from 'node:stream'
import { mtaioFastify } from '@mtaio/fastify'
import fastify from 'fastify'
import { demoOptions, type DemoApp } from '../app.ts'
import { Shop } from '../shop.ts'

/** The shop on Fastify. */
export async function fastifyApp(): Promise<DemoApp> {
  const app = fastify({ forceCloseConnections: true })
  await app.register(mtaioFastify, demoOptions)

  const { mtaio } = app
  const shop = new Shop(mtaio.profiler)

  app.get('/', () => 'hello')
  app.get<{ Params: { id: string } }>('/products/:id', (request) => shop.product(request.params.id))
  app.get<{ Querystring: { q?: string } }>('/search', (request) =>
    shop.search(request.query.q ?? ''),
  )
  app.get<{ Params: { id: string } }>('/orders/:id', (request) => shop.order(request.params.id))
  app.post<{ Params: { id: string } }>('/report/:id', (request) => shop.report(request.params.id))
  app.get('/export', (_request, reply) => {
    reply.type('text/plain')
    return reply.send(Readable.from(shop.export()))
  })

  await app.register(
    (cart) => {
      cart.post<{ Params: { cart: string } }>('/items', async (request, reply) => {
        reply.code(201)
        return shop.addToCart(request.params.cart)
      })
    },
    { prefix: '/cart/:cart' },
  )

  return {
    mtaio,
    listen: async (port) => {
      await app.listen({ port, host: '127.0.0.1' })
      return (app.server.address() as { port: number }).port
    },
    close: () => app.close(),
  }
}
