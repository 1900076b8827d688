import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import Router from '@koa/router'
import { mtaioKoa } from '@mtaio/koa'
import Koa from 'koa'
import { closeServer, demoOptions, listenOnLoopback, type DemoApp } from '../app.ts'
import { Shop } from '../shop.ts'

/** The shop on Koa. */
export function koaApp(): DemoApp {
  const app = new Koa()
  app.silent = true
  const monitoring = mtaioKoa(demoOptions)
  app.use(monitoring)

  const { mtaio } = monitoring
  const { profiler } = mtaio
  const shop = new Shop(profiler)
  // Koa reads it when its middleware is done: traced, so that its spans are parts of the request.
  const exportPages = profiler.trace(async function* exportPages() {
    yield* shop.export()
  })

  const router = new Router()
  router.get('/', (ctx) => {
    ctx.body = 'hello'
  })
  router.get('/products/:id', async (ctx) => {
    ctx.body = await shop.product(ctx.params['id']!)
  })
  router.get('/search', async (ctx) => {
    ctx.body = await shop.search(String(ctx.query['q'] ?? ''))
  })
  router.get('/orders/:id', async (ctx) => {
    ctx.body = await shop.order(ctx.params['id']!)
  })
  router.post('/report/:id', async (ctx) => {
    ctx.body = await shop.report(ctx.params['id']!)
  })
  router.get('/export', (ctx) => {
    ctx.type = 'text/plain'
    ctx.body = Readable.from(exportPages())
  })

  const items = new Router()
  items.post('/items', async (ctx) => {
    ctx.status = 201
    ctx.body = await shop.addToCart(ctx.params['cart']!)
  })
  router.use('/cart/:cart', items.routes())
  app.use(router.routes())

  const server = createServer(app.callback())
  return {
    mtaio,
    listen: (port) => listenOnLoopback(server, port),
    close: async () => {
      await closeServer(server)
      await mtaio.stop()
    },
  }
}
