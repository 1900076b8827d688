import { mtaioFastify, type AdapterOptions, type Mtaio, type RequestTrace } from '@mtaio/fastify'
import type { FastifyInstance } from 'fastify'
import fastify4 from 'fastify4'
import fastify5 from 'fastify5'
import { serveOn, until, type TestServer } from '../support/raw-http.ts'

/** The two majors under the types of the newer one: the tests use what they have in common. */
export const majors: readonly { readonly name: string; readonly fastify: typeof fastify5 }[] = [
  { name: 'Fastify 4', fastify: fastify4 as unknown as typeof fastify5 },
  { name: 'Fastify 5', fastify: fastify5 },
]

/** Registers mtaio before what `build` adds. */
export async function watched(
  fastify: typeof fastify5,
  build: (app: FastifyInstance) => unknown,
  options: AdapterOptions = {},
): Promise<WatchedApp> {
  const app = fastify()
  app.register(mtaioFastify, options)
  await build(app)
  return started(app)
}

/** An app with mtaio on a server of its own. */
export interface WatchedApp extends TestServer {
  readonly app: FastifyInstance
  readonly mtaio: Mtaio
  /** Waits until so many requests have ended, and gives the last one. */
  last(count?: number): Promise<RequestTrace>
}

export async function started(app: FastifyInstance): Promise<WatchedApp> {
  await app.ready()
  const server = await serveOn(app.server)
  const { mtaio } = app
  return {
    ...server,
    app,
    mtaio,
    last: async (count = 1) => {
      const { http } = mtaio
      await until(`${count} requests ended`, () => http.statistics.requests === count)
      if (http.inFlight.size !== 0) throw new Error('a request is in flight for ever')
      return [...http.log.recent].at(-1) as RequestTrace
    },
    [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}
