import { mtaioKoa, type Mtaio, type RequestTrace } from '@mtaio/koa'
import type Koa from 'koa'
import koa2 from 'koa2'
import koa3 from 'koa3'
import { serve, until, type TestServer } from '../support/raw-http.ts'

/** The two majors under one type. */
export const majors: readonly { readonly name: string; readonly Koa: typeof Koa }[] = [
  { name: 'Koa 2', Koa: koa2 },
  { name: 'Koa 3', Koa: koa3 },
]

/** An app with mtaio on a server of its own. */
export interface WatchedApp extends TestServer {
  readonly app: Koa
  readonly mtaio: Mtaio
  /** Waits until so many requests have ended, and gives the last one. */
  last(count?: number): Promise<RequestTrace>
}

export async function watched(
  KoaClass: typeof Koa,
  build: (app: Koa) => void,
): Promise<WatchedApp> {
  const app = new KoaClass()
  const { mtaio } = app.use(mtaioKoa()).middleware.at(-1) as ReturnType<typeof mtaioKoa>
  build(app)
  const server = await serve(app.callback())
  const { http } = mtaio
  return {
    ...server,
    app,
    mtaio,
    last: async (count = 1) => {
      await until(`${count} requests ended`, () => http.statistics.requests === count)
      if (http.inFlight.size !== 0) throw new Error('a request is in flight for ever')
      return [...http.log.recent].at(-1) as RequestTrace
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await mtaio.stop()
    },
  }
}
