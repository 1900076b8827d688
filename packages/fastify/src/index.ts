import {
  noteError,
  RequestHandle,
  resolveMtaio,
  type AdapterOptions,
  type HttpAdapter,
  type Mtaio,
} from '@mtaio/core'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, RegisterOptions } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { pagesOf } from './pages.ts'
import { patternReader } from './route-pattern.ts'
import { isStray, pageAnswer, statusRoutes } from './status-routes.ts'

export * from '@mtaio/core'

declare module 'fastify' {
  interface FastifyInstance {
    /** The instance of mtaio that watches this app. */
    readonly mtaio: Mtaio
  }
  interface FastifyRequest {
    /** What mtaio is told about this request: `request.mtaio.route = '/files/*'`. */
    readonly mtaio: RequestHandle
  }
}

/** The options that every plugin of Fastify takes are taken off; `prefix` is for the page alone. */
async function plugin(
  instance: FastifyInstance,
  {
    prefix,
    logLevel: _level,
    logSerializers: _serializers,
    ...options
  }: AdapterOptions & RegisterOptions,
): Promise<void> {
  // Registered again, in the same app or in a part of it: the first one sees all requests.
  if (instance.hasDecorator('mtaio')) {
    const [lost] = Object.keys({ ...options, ...(prefix !== undefined && { prefix }) })
    if (lost !== undefined) {
      instance.log.warn(
        `[mtaio] ${lost} is not used: mtaio is registered already, in an app or scope around this one. Give its options there.`,
      )
    }
    return
  }
  const own = resolveMtaio(options)
  const pages = pagesOf(instance)
  const address = `${instance.prefix}${prefix ?? ''}${own.options.path}`
  // Two scopes whose pages are at one address have one page: that of the first.
  const first = own.enabled ? pages.get(address) : undefined
  const mtaio = options.mtaio ?? first ?? own
  instance.decorate('mtaio', mtaio)
  instance.decorateRequest('mtaio', {
    getter(this: FastifyRequest) {
      return new RequestHandle(this.raw)
    },
  })
  if (!mtaio.enabled) return
  if (first === undefined) pages.set(address, mtaio)
  const patternOf = patternReader()
  const adapter: HttpAdapter<FastifyRequest> = {
    route: (_req, _res, request) => patternOf(request),
  }
  // Before the hooks: of the routes of mtaio its own hook is the first, and answers.
  const hasPage = first === undefined && mtaio.status.isMounted
  const answer = pageAnswer(mtaio, address, instance.initialConfig)
  if (hasPage) {
    await instance.register(statusRoutes, {
      mtaio,
      answer,
      ...(prefix !== undefined && { prefix }),
    })
  }
  instance.addHook('onRequest', (request, reply, done) => {
    if (hasPage && isStray(request, address) && answer(request, reply)) return
    mtaio.http.follow(request.raw, reply.raw, adapter, done, request)
  })
  instance.addHook('onError', (request, _reply, error, done) => {
    noteError(request.raw, error)
    done()
  })
  // Any other is stopped by who made it.
  if (mtaio === own && options.mtaio === undefined) instance.addHook('onClose', () => mtaio.stop())
  void mtaio.start()
}

/**
 * Monitors and profiles an app of Fastify 4 or 5, or the part of it where it is registered.
 * Register it before everything else: hooks of the app that come earlier are not in its traces. The
 * option `prefix`, as every plugin has it, puts the page below that; the whole app is still watched.
 *
 * @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`, when it is registered
 *
 * @example
 * await app.register(mtaioFastify) // then open /_monitor
 * app.mtaio.monitor.setThreshold('cpu_usage', 80)
 */
export const mtaioFastify: FastifyPluginAsync<AdapterOptions> = fastifyPlugin(plugin, {
  name: '@mtaio/fastify',
  fastify: '^4.10.0 || ^5.0.0',
})
