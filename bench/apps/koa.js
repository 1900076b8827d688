import { createRequire } from 'node:module'
import { loadItem } from './work.js'

// By require and only when asked, since OpenTelemetry patches what is required after it began.
const require = createRequire(import.meta.url)

export async function build(variant) {
  const Koa = require('koa')
  const { Router } = require('@koa/router')
  const app = new Koa()
  await variant.koa?.(app)
  const work = variant.around?.(loadItem) ?? loadItem
  const router = new Router()
  router.get('/items/:id', async (ctx) => {
    ctx.body = await work(ctx.params.id)
  })
  app.use(router.routes())
  return require('node:http').createServer(app.callback())
}
