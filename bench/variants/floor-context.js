/** The floor, and the handler runs inside an AsyncLocalStorage. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { begin } from './floor.js'

const context = new AsyncLocalStorage()

export const express = (app) =>
  app.use((req, res, next) => {
    begin(res)
    context.run(res, next)
  })

export const koa = (app) =>
  app.use((ctx, next) => {
    begin(ctx.res)
    return context.run(ctx.res, next)
  })

export const fastify = (app) =>
  app.addHook('onRequest', (request, reply, done) => {
    begin(reply.raw)
    context.run(reply.raw, done)
  })

export { seen } from './floor.js'
