/** A microsecond of work for each request, as a scale: what the method makes of a known cost. */
const MS = 0.001
let count = 0

function work() {
  const end = performance.now() + MS
  while (performance.now() < end);
  count++
}

export const express = (app) =>
  app.use((req, res, next) => {
    work()
    next()
  })

export const koa = (app) =>
  app.use((ctx, next) => {
    work()
    return next()
  })

export const fastify = (app) =>
  app.addHook('onRequest', (request, reply, done) => {
    work()
    done()
  })

export const seen = () => count
