// An app that leaves reading to the parsers of its framework, and says nothing of its own. It has no
// `redact`: what is found in its memory was put there by the framework, and kept by mtaio.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import Router from '@koa/router'
import { mtaioExpress } from '@mtaio/express'
import { mtaioFastify } from '@mtaio/fastify'
import { mtaioKoa } from '@mtaio/koa'
import Koa from 'koa'
import { report } from './canary-report.mjs'

/** @import { AddressInfo } from 'node:net' */
/** @import { RequestListener, Server } from 'node:http' */

const [framework = '', token = ''] = process.argv.slice(2)
// Plain modules, some without types.
const require = createRequire(import.meta.url)

/** @type {string[]} */
const log = []
/** @param {string} line */
const note = (line) => void log.push(line)
const options = { token, collectStackTrace: true, logger: { warn: note, error: note } }

/** @type {Record<string, () => Promise<{ server: Server, port: number, close(): unknown }>>} */
const APPS = {
  express: () => {
    const express = require(framework)
    const app = express()
    app.set('env', 'test') // errors are answered, not printed
    app.use(mtaioExpress(options))
    app.use(express.json())
    app.use('/static', express.static('/nowhere', { fallthrough: false }))
    app.get('/files/:name', (/** @type {any} */ req, /** @type {any} */ res) =>
      res.sendFile(req.params.name, { root: '/nowhere' }),
    )
    app.all('/users/:id', (/** @type {any} */ _req, /** @type {any} */ res) => res.send('ok'))
    return listen(app)
  },
  koa: () => {
    const app = new Koa()
    app.silent = true
    const monitoring = mtaioKoa(options)
    app.use(monitoring)
    const router = new Router()
    router.register('/users/:id', ['GET', 'POST'], async (ctx) => {
      const body = await text(ctx.req)
      // Koa itself reads no bodies; every parser for it comes down to this.
      if (ctx.method === 'POST') {
        monitoring.mtaio.profiler.traceContext('parse', () => JSON.parse(body))
      }
      ctx.assert(ctx.method === 'GET', 415, `no such type for ${ctx.method} ${ctx.url}`)
      ctx.body = 'ok'
    })
    app.use(router.routes())
    return listen(app.callback())
  },
  fastify: async () => {
    const app = require(framework)()
    await app.register(mtaioFastify, options)
    app.route({ method: ['GET', 'POST'], url: '/users/:id', handler: async () => 'ok' })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { server } = app
    return { server, port: server.address().port, close: () => app.close() }
  },
}

/** @param {RequestListener} listener */
async function listen(listener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {AddressInfo} */ (server.address())
  return { server, port, close: () => server.close() }
}

report(await /** @type {() => Promise<any>} */ (APPS[framework.replace(/\d$/, '')])(), log)
