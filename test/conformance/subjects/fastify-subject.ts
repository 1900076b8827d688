import { mtaioFastify } from '@mtaio/fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastify4 from 'fastify4'
import fastify5 from 'fastify5'
import type { BuiltApp, Exchange, Handler, RoutePlan, Subject } from './subject.ts'

function exchangeOf(request: FastifyRequest, reply: FastifyReply): Exchange {
  return {
    req: request.raw,
    res: reply.raw,
    params: request.params as Record<string, string>,
    send: (text, status = 200, headers = {}) =>
      void reply.code(status).headers(headers).type('text/plain').send(text),
    stream: (source) => void reply.type('text/plain').send(source),
    takeOver: () => {
      reply.hijack()
      return reply.raw
    },
    pass: () => reply.callNotFound(),
    fail: (error) => void reply.send(error),
  }
}

/** An async handler of Fastify gives its reply back when it has sent it. */
function handlerOf(handle: Handler) {
  return (request: FastifyRequest, reply: FastifyReply): unknown => {
    const result = handle(exchangeOf(request, reply))
    return result instanceof Promise ? result.then(() => reply) : undefined
  }
}

async function add(
  to: FastifyInstance,
  { method = 'GET', path, mounts = [], handle }: RoutePlan,
): Promise<void> {
  const [prefix, ...deeper] = mounts
  if (prefix === undefined) to.route({ method, url: path, handler: handlerOf(handle) })
  else
    await to.register((child) => add(child, { method, path, mounts: deeper, handle }), { prefix })
}

function fastifySubject(major: number, make: typeof fastify5): Subject {
  return {
    name: `Fastify ${major}`,
    framework: 'fastify',
    major,
    protocols: ['HTTP/1.1', 'HTTP/2'],
    async build(plan, mtaio, protocol) {
      const app = (protocol === 'HTTP/2'
        ? make({ http2: true, forceCloseConnections: true } as never)
        : make({ forceCloseConnections: true })) as unknown as FastifyInstance
      if (mtaio !== null) {
        for (let i = 0; i < (plan.mounted ?? 1); i++) await app.register(mtaioFastify, { mtaio })
      }
      // Bodies are left to the handlers, as in the other frameworks.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))
      const { notFound, onError } = plan
      if (onError !== undefined) {
        app.setErrorHandler((error, request, reply) => onError(error, exchangeOf(request, reply)))
      }
      if (notFound !== undefined) app.setNotFoundHandler(handlerOf(notFound) as never)
      await plan.fastify?.(app)
      for (const route of plan.routes ?? []) await add(app, route)
      await app.ready()
      return {
        app,
        server: app.server as BuiltApp['server'],
        dispatch: (req, res) => app.routing(req, res),
        close: () => app.close(),
      }
    },
  }
}

export const fastifySubjects: readonly Subject[] = [
  fastifySubject(4, fastify4 as unknown as typeof fastify5),
  fastifySubject(5, fastify5),
]
