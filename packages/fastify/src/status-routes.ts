import type { Mtaio } from '@mtaio/core'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'

/** Not in the documents that @fastify/swagger makes of an app. */
const HIDDEN: FastifySchema & { readonly hide: boolean } = { hide: true }

/** What the app says of its router; Fastify 4 has it all in one place. */
interface RouterConfig {
  readonly ignoreDuplicateSlashes?: boolean
  readonly routerOptions?: { readonly ignoreDuplicateSlashes?: boolean }
}

/** Answers a request for the page; false where the page is not there for it. */
export type PageAnswer = (request: FastifyRequest, reply: FastifyReply) => boolean

/** @param address Where the page is, behind all prefixes. */
export function pageAnswer(
  mtaio: Mtaio,
  address: string,
  { ignoreDuplicateSlashes, routerOptions }: RouterConfig,
): PageAnswer {
  // A parameter may be empty: where several slashes are not read as one, each begins a segment.
  const slash = ignoreDuplicateSlashes || routerOptions?.ignoreDuplicateSlashes ? '/+' : '/'
  // A prefix may have parameters, so it is taken off by its number of segments.
  const mount = new RegExp(`^(${slash}[^/?]*){${address.split('/').length - 1}}`)
  return (request, reply) => {
    const below = (request.raw.url ?? '').replace(mount, '')
    const isAnswered = mtaio.status.handle(request.raw, reply.raw, below)
    if (isAnswered) reply.hijack()
    return isAnswered
  }
}

/** Whether a request that Fastify has no route for, such as one of an unusual method, is for the address. */
export function isStray({ is404, raw }: FastifyRequest, address: string): boolean {
  if (!is404) return false
  const asked = raw.url?.replace(/\?.*/s, '').split('/') ?? []
  return address.split('/').every((name, i) => name === asked[i] || name.startsWith(':'))
}

/**
 * The routes of the page. They are in a scope of their own, and are answered in its first hook:
 * neither the hooks that the app adds later nor its parsers of bodies see these requests.
 */
export async function statusRoutes(
  scope: FastifyInstance,
  { mtaio, answer }: { readonly mtaio: Mtaio; readonly answer: PageAnswer },
): Promise<void> {
  scope.addHook('onRequest', (request, reply, done) => {
    if (!answer(request, reply)) done()
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
