/** mtaio as its guide shows it, with the options that the caller measures. */
export function mtaioWith(options) {
  let mtaio
  const variant = {
    async express(app) {
      const { mtaioExpress } = await import('@mtaio/express')
      const middleware = mtaioExpress({ ...options, authorize: () => true })
      mtaio = middleware.mtaio
      app.use(middleware)
    },
    async koa(app) {
      const { mtaioKoa } = await import('@mtaio/koa')
      const middleware = mtaioKoa({ ...options, authorize: () => true })
      mtaio = middleware.mtaio
      app.use(middleware)
    },
    async fastify(app) {
      const { mtaioFastify } = await import('@mtaio/fastify')
      await app.register(mtaioFastify, { ...options, authorize: () => true })
      mtaio = app.mtaio
    },
    async seen(origin) {
      const snapshot = await fetch(`${origin}/_monitor/api/snapshot`)
      return (await snapshot.json()).http.requests
    },
  }
  return { ...variant, profiler: () => mtaio.profiler }
}

export const { express, koa, fastify, seen } = mtaioWith({})
