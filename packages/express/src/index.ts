import { resolveMtaio, type AdapterOptions, type Mtaio, type RequestHandle } from '@mtaio/core'
import type { NextFunction, Request, Response } from 'express'
import { ExpressApp, hearOfApp, nameHandle, routerAlone } from './express-app.ts'
import { appOf } from './express-internals.ts'

export * from '@mtaio/core'

declare global {
  namespace Express {
    interface Request {
      /** What mtaio is told about this request: `req.mtaio.route = '/files/*'`. */
      readonly mtaio: RequestHandle
    }
  }
}

/** Middleware for Express 4 and 5 that carries its instance of mtaio. */
export interface MtaioExpress {
  (req: Request, res: Response, next: NextFunction): void
  readonly mtaio: Mtaio
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
  if (!mtaio.enabled) return Object.assign(disabled(), { mtaio })
  const { http, status } = mtaio
  let owner: unknown = null
  let app: ExpressApp | null = null

  function mtaioMiddleware(req: Request, res: Response, next: NextFunction): void {
    if (status.handle(req, res)) return
    if (req.app !== owner) {
      const of = (owner = appOf(req))
      app = of === undefined ? null : ExpressApp.of(of)
    }
    app?.follow()
    http.follow(req, res, app ?? routerAlone, next)
  }

  hearOfApp(mtaioMiddleware)
  void mtaio.start()
  return Object.assign(mtaioMiddleware, { mtaio })
}

/** What an app says of a request is taken nonetheless. */
function disabled(): (req: Request, res: Response, next: NextFunction) => void {
  let owner: unknown = null
  return (req, _res, next) => {
    if (req.app !== owner) {
      const of = (owner = appOf(req))
      if (of !== undefined) nameHandle(of)
    }
    next()
  }
}
