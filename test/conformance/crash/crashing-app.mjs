// An app that ends in a way of its own, built, in a process of its own:
//
//   node crashing-app.mjs express5|koa3|… how mtaio|bare

import { request } from 'node:http'

const [framework = '', how = '', mode] = process.argv.slice(2)
const kind = framework.replace(/\d+$/, '')
const isWatched = mode === 'mtaio'
const { default: make } = await import(framework)
const mtaio = await import(`@mtaio/${kind}`)
const instance = isWatched ? mtaio.createMtaio() : null
const span = (name, fn) => (instance === null ? fn() : instance.profiler.traceContext(name, fn))

class OwnError extends Error {
  name = 'OwnError'
}

/** What a request does to the process. */
const ways = {
  'uncaught exception': () => {
    setTimeout(() => {
      throw new OwnError('thrown in a timer')
    })
    return new Promise(() => {})
  },
  'uncaught exception in a span': () => {
    span('outer', () =>
      setTimeout(() =>
        span('inner', () => {
          throw new OwnError('thrown in a span')
        }),
      ),
    )
    return new Promise(() => {})
  },
  'unhandled rejection': () => {
    void Promise.reject(new OwnError('nobody handles it'))
    return new Promise(() => {})
  },
  'unhandled rejection in a span': () => {
    void span('outer', async () => {
      throw new OwnError('nobody handles it')
    })
    return new Promise(() => {})
  },
  'error event that nobody hears': async () => {
    const { EventEmitter } = await import('node:events')
    setImmediate(() => new EventEmitter().emit('error', new OwnError('unheard')))
    return new Promise(() => {})
  },
  'process.exit': () => process.exit(7),
  'process.exitCode': () => {
    process.exitCode = 3
    server.close()
    return 'bye'
  },
  'process.abort': () => process.abort(),
  SIGTERM: () => {
    process.kill(process.pid, 'SIGTERM')
    return new Promise(() => {})
  },
  'nothing left to do': () => {
    server.close()
    return 'bye'
  },
  'deep recursion': () => {
    const deeper = () => 1 + span('deeper', deeper)
    return deeper()
  },
  'deep recursion through promises': async () => {
    const deeper = async () => 1 + (await span('deeper', deeper))
    return deeper()
  },
}
const handle = ways[how]

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const starts = {
  express: async () => {
    const app = make()
    app.set('env', 'test')
    if (isWatched) app.use(mtaio.mtaioExpress({ mtaio: instance }))
    app.get('/', (_req, res, next) => {
      const result = handle()
      if (result instanceof Promise) void result.then((text) => res.send(String(text)), next)
      else res.send(String(result))
    })
    const { createServer } = await import('node:http')
    return listen(createServer(app))
  },
  koa: async () => {
    const app = new make()
    app.silent = true
    if (isWatched) app.use(mtaio.mtaioKoa({ mtaio: instance }))
    app.use(async (ctx) => {
      ctx.body = String(await handle())
    })
    const { createServer } = await import('node:http')
    return listen(createServer(app.callback()))
  },
  fastify: async () => {
    const app = make()
    if (isWatched) await app.register(mtaio.mtaioFastify, { mtaio: instance })
    app.get('/', async () => String(await handle()))
    await app.ready()
    return listen(app.server)
  },
}

const server = await starts[kind]()
request({ port: server.address().port, host: '127.0.0.1', agent: false }, (answer) => {
  answer.resume()
  answer.on('end', () => {
    console.log(`status ${answer.statusCode}`)
    server.close()
  })
})
  .on('error', () => {})
  .end()
