import type { Mtaio } from '@mtaio/core'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'

/** Not in the documents that @fastify/swagger makes of an app. */
const HIDDEN: FastifySchema & { readonly hide: boolean } = { hide: true }

/**
 * The routes of the page. They are in a scope of their own, and are answered in its first hook:
 * neither the hooks that the app adds later nor its parsers of bodies see these requests.
 */
export async function statusRoutes(
  scope: FastifyInstance,
  { mtaio }: { readonly mtaio: Mtaio },
): Promise<void> {
  const { path } = mtaio.options
  const depth = `${scope.prefix}${path}`.split('/').length - 1
  // The prefix may have parameters, so it is taken off by its number of segments.
  const mount = new RegExp(`^(/+[^/?]*){${depth}}`)

  scope.addHook('onRequest', (request, reply, done) => {
    const below = (request.raw.url ?? '').replace(mount, '')
    if (mtaio.status.handle(request.raw, reply.raw, below)) reply.hijack()
    else done()
  })
  for (const each of pathsOf(mtaio)) scope.all(each, { schema: HIDDEN }, passOn)
}

/** In production an unguarded page leaves its path to the app, all but a public health. */
function pathsOf({ options: { path, access } }: Mtaio): readonly string[] {
  const isGuarded = access.token !== null || access.authorize !== null
  const isWhole = isGuarded || process.env['NODE_ENV'] !== 'production'
  return isWhole ? [path, `${path}/*`] : [`${path}/health`]
}

/** The page is not there for this request: it goes the way of all that the app has no route for. */
function passOn(_request: FastifyRequest, reply: FastifyReply): void {
  reply.callNotFound()
}
