// An app with mtaio, built, in a process of its own that can collect its garbage:
//
//   node --expose-gc accounting-server.mjs express|koa|fastify
//
// Says its port to the parent; asked, collects the garbage and says what mtaio counted.

import { createServer } from 'node:http'
import { Readable } from 'node:stream'

const [kind = ''] = process.argv.slice(2)

/** Breaks in mid-body, when its first chunk was sent. */
function brokenStream() {
  return Readable.from(
    (async function* () {
      yield 'begun'
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('the source broke')
    })(),
  )
}

const apps = {
  async express() {
    const { createMtaio, mtaioExpress } = await import('@mtaio/express')
    const { default: express } = await import('express5')
    const mtaio = createMtaio()
    const app = express()
    app.set('env', 'test')
    app.use(mtaioExpress({ mtaio }))
    app.get('/users/:id', (_req, res) => void res.send('hello'))
    app.get('/hang', () => {})
    app.get('/broken', (_req, res, next) => {
      brokenStream().on('error', next).pipe(res)
    })
    return { mtaio, server: createServer(app) }
  },
  async koa() {
    const { createMtaio, mtaioKoa } = await import('@mtaio/koa')
    const { default: Koa } = await import('koa3')
    const { default: Router } = await import('@koa/router')
    const mtaio = createMtaio()
    const app = new Koa()
    app.silent = true
    const router = new Router()
    router.get('/users/:id', (ctx) => {
      ctx.body = 'hello'
    })
    router.get('/hang', () => new Promise(() => {}))
    router.get('/broken', (ctx) => {
      ctx.body = brokenStream().on('error', () => setImmediate(() => ctx.res.destroy()))
    })
    app.use(mtaioKoa({ mtaio })).use(router.routes())
    return { mtaio, server: createServer(app.callback()) }
  },
  async fastify() {
    const { createMtaio, mtaioFastify } = await import('@mtaio/fastify')
    const { default: fastify } = await import('fastify5')
    const mtaio = createMtaio()
    const app = fastify()
    await app.register(mtaioFastify, { mtaio })
    app.get('/users/:id', async () => 'hello')
    app.get('/hang', () => new Promise(() => {}))
    app.get('/broken', (_request, reply) => reply.send(brokenStream()))
    await app.ready()
    return { mtaio, server: app.server }
  },
}

const { mtaio, server } = await apps[kind]()
let started = 0
server.prependListener('request', () => started++)
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))

process.on('message', async () => {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    globalThis.gc()
  }
  const { requests, aborted, errors } = mtaio.http.statistics
  process.send({
    started,
    ended: requests,
    aborted,
    errors,
    inFlight: mtaio.http.inFlight.size,
    failures: mtaio.http.failures,
    heap: process.memoryUsage().heapUsed,
  })
})
process.once('disconnect', () => process.exit())
