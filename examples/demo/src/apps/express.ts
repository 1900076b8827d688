import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { mtaioExpress } from '@mtaio/express'
import express, { type NextFunction, type Request, type Response } from 'express'
import { closeServer, demoOptions, listenOnLoopback, type DemoApp } from '../app.ts'
import { NotFound, Shop } from '../shop.ts'

/** The shop on Express. */
export function expressApp(): DemoApp {
  const app = express()
  const monitoring = mtaioExpress(demoOptions)
  app.use(monitoring)

  const { mtaio } = monitoring
  const shop = new Shop(mtaio.profiler)

  app.get('/', (_request, response) => void response.send('hello'))
  app.get('/products/:id', async (request, response) => {
    response.json(await shop.product(request.params.id))
  })
  app.get('/search', async (request, response) => {
    response.json(await shop.search(String(request.query['q'] ?? '')))
  })
  app.get('/orders/:id', async (request, response) => {
    response.json(await shop.order(request.params.id))
  })
  app.post('/report/:id', async (request, response) => {
    response.json(await shop.report(request.params.id))
  })
  app.get('/export', async (_request, response) => {
    response.type('text/plain')
    // A client that leaves before the end is no error.
    await pipeline(Readable.from(shop.export()), response).catch((error: unknown) => {
      if (!response.destroyed) throw error
    })
  })

  const items = express.Router({ mergeParams: true })
  items.post('/items', async (request, response) => {
    const { cart } = request.params as { cart: string }
    response.status(201).json(await shop.addToCart(cart))
  })
  app.use('/cart/:cart', items)

  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error)
    const status = error instanceof NotFound ? error.status : 500
    response.status(status).json({ message: status === 500 ? 'Something broke' : String(error) })
  })

  const server = createServer(app)
  return {
    mtaio,
    listen: (port) => listenOnLoopback(server, port),
    close: async () => {
      await closeServer(server)
      await mtaio.stop()
    },
  }
}
