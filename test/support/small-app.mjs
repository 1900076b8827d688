// One small app on each framework, with or without mtaio. Plain JavaScript, so that it runs in the
// test's own process against the sources, and in a process of its own against the build.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import Router from '@koa/router'
import { mtaioExpress } from '@mtaio/express'
import { mtaioFastify } from '@mtaio/fastify'
import { mtaioKoa } from '@mtaio/koa'
import fastify from 'fastify5'
import Koa from 'koa'

/** @import { AdapterOptions, Mtaio } from '@mtaio/core' */
/** @import { IncomingMessage, RequestListener, Server } from 'node:http' */
/** @import { AddressInfo } from 'node:net' */

// By require: the package has no types under this name.
/** @type {typeof import('express')} */
const express = createRequire(import.meta.url)('express5')

export const FRAMEWORKS = /** @type {const} */ (['express', 'koa', 'fastify'])

/**
 * @typedef {(typeof FRAMEWORKS)[number]} Framework
 * @typedef {{ req: IncomingMessage, body: string, mtaio: Mtaio | null }} Input
 * @typedef {string | object | Promise<string | object>} Output text or a readable stream; what is thrown goes to the framework
 * @typedef {Readonly<Record<string, (input: Input) => Output>>} Routes by pattern, for GET and POST
 * @typedef {{
 *   readonly mtaio: Mtaio | null,
 *   readonly server: Server,
 *   readonly port: number,
 *   close(): Promise<void>,
 * }} SmallApp
 */

/**
 * Starts the app on a free port of the loopback address.
 *
 * @param {Framework} framework
 * @param {Routes} routes
 * @param {AdapterOptions | null} options null: without mtaio
 * @param {{ readonly http2?: boolean, readonly framework?: Record<string, unknown> }} [server]
 * @returns {Promise<SmallApp>}
 */
export async function startApp(framework, routes, options = {}, server = {}) {
  if (framework === 'fastify') return onFastify(routes, options, server)
  const { listener, mtaio } = (framework === 'koa' ? onKoa : onExpress)(routes, options)
  const created = /** @type {Server} */ (
    server.http2 === true
      ? createHttp2Server(/** @type {any} */ (listener))
      : createServer(listener)
  )
  created.listen(0, '127.0.0.1')
  await once(created, 'listening')
  return {
    mtaio,
    server: created,
    port: /** @type {AddressInfo} */ (created.address()).port,
    // As an app on a plain server does it: no more requests, then mtaio is stopped.
    close: async () => {
      const closed = once(created, 'close')
      created.close()
      await Promise.all([closed, mtaio?.stop()])
    },
  }
}

/** @typedef {{ listener: RequestListener, mtaio: Mtaio | null }} Listening */

/** @type {(routes: Routes, options: AdapterOptions | null) => Listening} */
function onExpress(routes, options) {
  const app = express()
  app.set('env', 'test') // errors are answered, not printed
  const middleware = options === null ? null : mtaioExpress(options)
  const mtaio = middleware?.mtaio ?? null
  if (middleware !== null) app.use(middleware)
  for (const [pattern, handle] of Object.entries(routes)) {
    app.all(pattern, async (req, res) => {
      const output = await handle({ req, body: await text(req), mtaio })
      if (typeof output === 'string') res.send(output)
      else /** @type {import('node:stream').Readable} */ (output).pipe(res)
    })
  }
  return { listener: app, mtaio }
}

/** @type {(routes: Routes, options: AdapterOptions | null) => Listening} */
function onKoa(routes, options) {
  const app = new Koa()
  app.silent = true
  const middleware = options === null ? null : mtaioKoa(options)
  const mtaio = middleware?.mtaio ?? null
  if (middleware !== null) app.use(middleware)
  const router = new Router()
  for (const [pattern, handle] of Object.entries(routes)) {
    router.register(pattern, ['GET', 'POST'], async (ctx) => {
      ctx.body = await handle({ req: ctx.req, body: await text(ctx.req), mtaio })
    })
  }
  app.use(router.routes())
  return { listener: app.callback(), mtaio }
}

/** @type {(routes: Routes, options: AdapterOptions | null, server: { readonly http2?: boolean, readonly framework?: Record<string, unknown> }) => Promise<SmallApp>} */
async function onFastify(routes, options, { http2, framework }) {
  const app = fastify(/** @type {object} */ ({ ...(http2 === true && { http2 }), ...framework }))
  if (options !== null) await app.register(mtaioFastify, options)
  const mtaio = options === null ? null : app.mtaio
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    text(payload).then((body) => done(null, body), done)
  })
  for (const [pattern, handle] of Object.entries(routes)) {
    app.route({
      method: ['GET', 'POST'],
      url: pattern,
      handler: async (request) =>
        handle({ req: request.raw, body: String(request.body ?? ''), mtaio }),
    })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { server } = app
  const { port } = /** @type {AddressInfo} */ (server.address())
  return { mtaio, server, port, close: () => app.close() }
}
