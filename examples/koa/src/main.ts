import Router from '@koa/router'
import { mtaioKoa } from '@mtaio/koa'
import Koa from 'koa'

const app = new Koa()
app.use(mtaioKoa())

const router = new Router()
router.get('/users/:id', (ctx) => {
  ctx.body = { id: ctx.params['id'] }
})
app.use(router.routes())

const port = Number(process.env['PORT'] ?? 3000)
app.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${port}/_monitor`)
})
