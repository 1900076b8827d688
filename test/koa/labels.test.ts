import KoaJsRouter from '@koa/router'
import type Koa from 'koa'
import mount from 'koa-mount'
import KoaRouter from 'koa-router'
import { describe, expect, it } from 'vitest'
import { majors, watched } from './watched-app.ts'

const routers = [
  { router: '@koa/router', Router: KoaJsRouter },
  { router: 'koa-router', Router: KoaRouter },
]
const combinations = majors.flatMap((major) => routers.map((router) => ({ ...major, ...router })))

const answer: Koa.Middleware = (ctx) => {
  ctx.body = 'ok'
}
const pass: Koa.Middleware = (_ctx, next) => next()

describe.each(combinations)('route labels in $name with $router', ({ Koa, Router }) => {
  /** Asks for the paths one after the other and tells what each was counted as. */
  async function labels(build: (app: Koa) => void, ...targets: string[]): Promise<string[]> {
    await using server = await watched(Koa, (app) => {
      app.silent = true
      build(app)
    })
    const found: string[] = []
    for (const [i, target] of targets.entries()) {
      const [path = '', method = 'GET', host = 'localhost'] = target.split(' ').toReversed()
      await server.ask(path, { method, headers: { host } })
      found.push((await server.last(i + 1)).entry?.route ?? 'none')
    }
    return found
  }

  it('are the pattern of the route, also for HEAD', async () => {
    const router = new Router().get('/users/:id', answer)
    expect(
      await labels((app) => app.use(router.routes()), '/users/7?q=1', 'HEAD /users/7'),
    ).toEqual(['/users/:id', '/users/:id'])
  })

  it('have the prefixes and the nested routers in them', async () => {
    const users = new Router({ prefix: '/users' }).get('/:id', answer)
    const api = new Router({ prefix: '/api' }).use('/:tenant', users.routes())
    expect(
      await labels((app) => app.use(api.routes()), '/api/acme/users/7', '/api/x/users/x'),
    ).toEqual(['/api/:tenant/users/:id', '/api/:tenant/users/:id'])
  })

  it('are that of the handler, though another route fits better', async () => {
    const router = new Router().get('/:what', answer).get('/users', answer)
    expect(await labels((app) => app.use(router.routes()), '/users')).toEqual(['/:what'])
  })

  it('are that of the last handler, where one passes the request on', async () => {
    const router = new Router().get('/:what', pass).get('/users', answer)
    expect(await labels((app) => app.use(router.routes()), '/users')).toEqual(['/users'])
  })

  it('are the route that middleware answers for, never the pattern of the middleware', async () => {
    const guarded = new Router({ prefix: '/admin' })
    guarded.use(answer).get('/:id', answer)
    const sub = new Router()
    sub.use('/sub', answer).get('/sub/:id', answer)
    expect(
      await labels((app) => app.use(guarded.routes()).use(sub.routes()), '/admin/7', '/sub/8'),
    ).toEqual(['/admin/:id', '/sub/:id'])
  })

  it('are that of the route that passed the request to middleware', async () => {
    const router = new Router().get('/a/:id', pass)
    router.use('/a', answer)
    expect(await labels((app) => app.use(router.routes()), '/a/7')).toEqual(['/a/:id'])
  })

  it('are the same after an error, and for a 404 that the handler gives', async () => {
    const router = new Router()
      .get('/broken/:id', () => {
        throw new Error('broken')
      })
      .get('/status/:id', (ctx) => void (ctx.status = 404))
      .get('/thrown/:id', (ctx) => ctx.throw(404))
      .get('/passed/:id', (ctx, next) => {
        ctx.status = 404
        return next()
      })
      .get('/raw/:id', (ctx) => {
        ctx.respond = false
        ctx.res.writeHead(404).end()
      })
    const names = ['broken', 'status', 'thrown', 'passed', 'raw']
    const targets = names.map((name) => `/${name}/7`)
    expect(await labels((app) => app.use(router.routes()), ...targets)).toEqual(
      names.map((name) => `/${name}/:id`),
    )
  })

  it('are (unmatched) where routes passed the request on, or let it be, until Koa answered 404', async () => {
    const router = new Router()
      .get('/left/:id', () => {})
      .get('/:any', async (_ctx, next) => {
        await next()
      })
    const build = (app: Koa): void => {
      app.use(mount('/api', router.routes())).use(router.routes())
    }
    expect(await labels(build, '/nowhere', 'HEAD /nowhere', '/api/nowhere', '/left/7')).toEqual(
      Array(4).fill('(unmatched)'),
    )
  })

  it('are (unmatched) for 404, 405, the OPTIONS of the router, and a route of another method', async () => {
    const router = new Router().get('/users/:id', answer)
    const build = (app: Koa): void => {
      app.use(router.routes()).use(router.allowedMethods())
    }
    expect(await labels(build, '/nowhere', 'DELETE /users/7', 'OPTIONS /users/7')).toEqual(
      Array(3).fill('(unmatched)'),
    )
  })

  it('are one text for a RegExp', async () => {
    const router = new Router().get(/^\/re(\d+)$/, answer)
    expect(await labels((app) => app.use(router.routes()), '/re7')).toEqual([String(/^\/re(\d+)$/)])
  })

  it('follow the router of the host', async () => {
    const one = new Router({ host: 'one.test' }).get('/:one', answer)
    const two = new Router({ host: 'two.test' }).get('/:two', answer)
    const build = (app: Koa): void => {
      app.use(one.routes()).use(two.routes())
    }
    expect(await labels(build, 'one.test GET /x', 'two.test GET /x')).toEqual(['/:one', '/:two'])
  })

  it('have the path of koa-mount, once', async () => {
    const router = new Router().get('/items/:id', answer)
    const inner = new Koa().use(mount('/in', router.routes()))
    const whole = new Router().get('/out/whole/:id', answer)
    const build = (app: Koa): void => {
      app.use(mount('/out', pass)).use(mount('/api', router.routes()))
      app.use(mount('/out', inner)).use(whole.routes())
    }
    expect(
      await labels(build, '/api/items/7', '/out/in/items/7', '/out/whole/7', '/api/x'),
    ).toEqual(['/api/items/:id', '/out/in/items/:id', '/out/whole/:id', '(unmatched)'])
  })

  it('have no part of a path that the app takes off by itself', async () => {
    const router = new Router().get('/items/:id', answer)
    const inner = new Koa().use(mount('/in', router.routes()))
    const build = (app: Koa): void => {
      app.use(async (ctx, next) => {
        const { path } = ctx
        ctx.path = path.replace(/^\/t\d+/, '')
        await next()
        ctx.path = path
      })
      app.use(mount('/api', router.routes())).use(mount('/out', inner))
    }
    expect(await labels(build, '/t0/api/items/7', '/t1/api/items/7', '/t2/out/in/items/7')).toEqual(
      ['/api/items/:id', '/api/items/:id', '/in/items/:id'],
    )
  })

  it('are what the app says, before what the router says', async () => {
    const router = new Router().get('/users/:id', (ctx) => {
      expect(ctx.mtaio.route).toBe('/users/:id')
      ctx.mtaio.route = '/people/:id'
      ctx.body = ctx.mtaio.route
    })
    const build = (app: Koa): void => {
      app.use(router.routes()).use((ctx) => {
        ctx.mtaio.route = '/files/*'
        ctx.body = 'a file'
      })
    }
    expect(await labels(build, '/users/7', '/files/a/b')).toEqual(['/people/:id', '/files/*'])
  })
})
