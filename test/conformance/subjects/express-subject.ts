import { createServer } from 'node:http'
import { mtaioExpress } from '@mtaio/express'
import type express from 'express'
import { majors } from '../../express/express-majors.ts'
import type { BuiltApp, Exchange, RoutePlan, Subject } from './subject.ts'

function exchangeOf(
  req: express.Request,
  res: express.Response,
  next: express.NextFunction,
): Exchange {
  return {
    req,
    res,
    params: req.params as Record<string, string>,
    send: (text, status = 200, headers = {}) => void res.status(status).set(headers).send(text),
    stream: (source) => {
      // Express has no way of its own; this is what its documentation does.
      res.type('text')
      source.on('error', (error) => next(error)).pipe(res)
    },
    takeOver: () => res,
    pass: () => next(),
    fail: (error) => next(error),
  }
}

function expressSubject(major: number, make: typeof express): Subject {
  const add = (to: express.Router, { method = 'GET', path, mounts = [], handle }: RoutePlan) => {
    let router = to
    for (const mount of mounts) {
      const inner = make.Router({ mergeParams: true })
      router.use(mount, inner)
      router = inner
    }
    const name = method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'
    router[name](path, (req, res, next) => handle(exchangeOf(req, res, next)) as void)
  }
  return {
    name: `Express ${major}`,
    framework: 'express',
    major,
    protocols: ['HTTP/1.1'],
    async build(plan, mtaio) {
      const app = make()
      // As in use: errors are written to stderr, their stacks are not shown to clients.
      app.set('env', 'production')
      if (mtaio !== null) {
        for (let i = 0; i < (plan.mounted ?? 1); i++) app.use(mtaioExpress({ mtaio }))
      }
      plan.express?.(app, make)
      for (const route of plan.routes ?? []) add(app, route)
      const { notFound, onError } = plan
      if (notFound !== undefined) {
        app.use((req, res, next) => notFound(exchangeOf(req, res, next)) as void)
      }
      if (onError !== undefined) {
        const handler: express.ErrorRequestHandler = (error, req, res, next) =>
          onError(error, exchangeOf(req, res, next))
        app.use(handler)
      }
      return {
        app,
        server: createServer(app),
        dispatch: app as unknown as BuiltApp['dispatch'],
        close: async () => {},
      }
    },
  }
}

export const expressSubjects: readonly Subject[] = majors.map(({ name, express: make }) =>
  expressSubject(Number(name.at(-1)), make),
)
