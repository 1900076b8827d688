import { resolveMtaio, type AdapterOptions, type HttpAdapter, type Mtaio } from '@mtaio/core'
import type { NextFunction, Request, Response } from 'express'
import { hearOfApp, see } from './app.ts'
import { routerOf, type App } from './express-internals.ts'
import { follow } from './follow.ts'
import { Trail } from './trail.ts'

export * from '@mtaio/core'

/** Middleware for Express 4 and 5 that carries its instance of mtaio. */
export interface MtaioExpress {
  (req: Request, res: Response, next: NextFunction): void
  readonly mtaio: Mtaio
}

const adapter: HttpAdapter = {
  route(message) {
    const req = message as Request
    const label = Trail.of(req).labelOf(req)
    // A mounted app of another copy of Express is not known before it answers for the first time.
    if (label === undefined) follow(routerOf(req.app as unknown as App))
    return label
  },
}

/**
 * Monitors and profiles an app of Express 4 or 5. Put it before everything else.
 *
 * @param options All may be left out; `mtaio` is an instance to share with other apps.
 * @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`
 *
 * @example
 * app.use(mtaioExpress()) // then open /_monitor
 */
export function mtaioExpress(options: AdapterOptions = {}): MtaioExpress {
  const mtaio = resolveMtaio(options)
  if (!mtaio.enabled) return Object.assign(passOn, { mtaio })
  const { http, status } = mtaio
  let owner: unknown = null

  function mtaioMiddleware(req: Request, res: Response, next: NextFunction): void {
    if (status.handle(req, res)) return
    if (req.app !== owner) see((owner = req.app) as unknown as App)
    Trail.of(req).begin(req)
    const lifecycle = http.begin(req, res, adapter)
    if (lifecycle === null) next()
    else lifecycle.run(next)
  }

  hearOfApp(mtaioMiddleware)
  void mtaio.start()
  return Object.assign(mtaioMiddleware, { mtaio })
}

function passOn(_req: Request, _res: Response, next: NextFunction): void {
  next()
}
