// An app in a process of its own, watched by mtaio: scraped-process.mjs <express|fastify> <token>
const [framework, token] = process.argv.slice(2)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const held = []

/** What the routes of both frameworks answer, by pattern. */
const routes = {
  '/items/:id': ({ id }) => ({ id }),
  '/wait/:ms': async ({ ms }) => {
    await sleep(Number(ms))
    return { waited: ms }
  },
  '/hold': async () => {
    await new Promise((resolve) => held.push(resolve))
    return {}
  },
  '/fail': () => {
    throw new Error('Failed on purpose')
  },
}

const apps = {
  async express() {
    const { default: express } = await import('express5')
    const { mtaioExpress } = await import('@mtaio/express')
    const app = express()
    // Without it Express writes each error to the console.
    app.set('env', 'test')
    app.use(mtaioExpress({ token }))
    for (const [pattern, answer] of Object.entries(routes)) {
      app.get(pattern, async (req, res) => void res.json(await answer(req.params)))
    }
    return new Promise((resolve) => {
      const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port))
    })
  },
  async fastify() {
    const { default: fastify } = await import('fastify5')
    const { mtaioFastify } = await import('@mtaio/fastify')
    const app = fastify()
    await app.register(mtaioFastify, { token })
    for (const [pattern, answer] of Object.entries(routes)) {
      app.get(pattern, async (request) => answer(request.params))
    }
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app.server.address().port
  },
}

const orders = {
  release: () => held.splice(0).forEach((resolve) => resolve()),
  facts: () => process.send({ rss: process.memoryUsage.rss(), version: process.version }),
}
process.on('message', (order) => orders[order]())
process.on('disconnect', () => process.exit())
process.send({ port: await apps[framework]() })
