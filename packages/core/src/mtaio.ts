import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { MtaioError } from './errors.ts'
import type { HttpAdapter } from './http/http-adapter.ts'
import { HttpRecorder } from './http/http-recorder.ts'
import { setRoute } from './http/message-state.ts'
import { ResourceMonitor } from './monitor/resource-monitor.ts'
import { checkOptions, resolveOptions, type MtaioOptions, type ResolvedOptions } from './options.ts'
import { Profiler } from './profiler/profiler.ts'
import { joinLimits, type LimitFigures } from './limits.ts'
import { StatusHandler } from './status/status-handler.ts'

/** Options of an adapter: those of `createMtaio`, or an instance that was made before. */
export type AdapterOptions = MtaioOptions & {
  /** An instance to share, so that several apps have one page and one sampling. */
  readonly mtaio?: Mtaio | undefined
}

/** A plain Node server has no routes; the app says them by `mtaio.setRoute`. */
const noRoutes: HttpAdapter = { route: () => undefined }

/**
 * Monitor, profiler, requests and page of one app, or of several that share it. Made by
 * {@link createMtaio}, or by an adapter.
 */
export class Mtaio {
  readonly options: ResolvedOptions
  readonly monitor: ResourceMonitor
  /** The requests. For adapters. */
  readonly http: HttpRecorder
  /** What is served below the path. For adapters. */
  readonly status: StatusHandler
  readonly #profiler: Profiler

  /** @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`, `MTAIO_THRESHOLD_INVALID` */
  constructor(given: MtaioOptions = {}) {
    const options = (this.options = resolveOptions(given))
    const { limits, log } = options
    this.monitor = new ResourceMonitor({ ...options.monitor, limits, logger: log })
    this.#profiler = new Profiler({ ...options.profiler, limits })
    this.http = new HttpRecorder(this.monitor, this.#profiler, options)
    this.status = new StatusHandler(
      {
        monitor: this.monitor,
        profiler: this.#profiler,
        http: this.http,
        self: {
          limits: () => this.#limitFigures(),
          traces: () => this.#traceFigures(),
          cost: this.monitor.selfCost,
          failures: () => this.#failures(),
          skippedCalls: () => this.monitor.selfCost.skippedCalls,
        },
      },
      {
        path: options.path,
        access: options.access,
        limits,
        warn: (code, message) => log.warn(code, message, message),
      },
    )
    this.monitor.onTick((nowMs) => this.status.tick(nowMs))
  }

  /**
   * Traces what requests do. In production requests are followed through async code from when it is
   * first asked for: `const { profiler } = mtaio` where the app is set up, not in a handler.
   */
  get profiler(): Profiler {
    this.#profiler.context.use.offer()
    return this.#profiler
  }

  /** False when the option `enabled` is: then adapters mount nothing. */
  get enabled(): boolean {
    return this.options.enabled
  }

  /** Starts sampling. Adapters call it; idempotent. Never keeps the process alive. */
  async start(): Promise<void> {
    if (!this.enabled) return
    this.status.start()
    await this.monitor.start()
  }

  /** Stops sampling and ends the streams of the page; requests are still counted. Idempotent. */
  async stop(): Promise<void> {
    this.status.stop()
    await this.monitor.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /**
   * Watches a server of plain `node:http` or `node:http2`, and serves the page there.
   *
   * @example
   * const mtaio = createMtaio()
   * createServer(mtaio.handler((req, res) => {
   *   mtaio.setRoute(req, '/users/:id')
   *   res.end('hello')
   * }))
   */
  handler(listener: RequestListener): RequestListener {
    if (!this.enabled) return listener
    void this.start()
    const { http, status } = this
    return function (
      this: unknown,
      req: IncomingMessage,
      res: ServerResponse & { req: IncomingMessage },
    ) {
      if (status.handle(req, res)) return
      const lifecycle = http.begin(req, res, noRoutes)
      if (lifecycle === null) return Reflect.apply(listener, this, [req, res])
      try {
        return lifecycle.run(listener, this, req, res)
      } catch (error) {
        lifecycle.setError(error)
        throw error
      }
    }
  }

  /**
   * Says the route pattern of a request that no router matched.
   *
   * @param message The request or the response.
   * @param route A pattern with few values, such as `/users/:id`; never the path itself.
   */
  setRoute(message: IncomingMessage | ServerResponse, route: string): void {
    setRoute(message, route)
  }

  #limitFigures(): Readonly<Record<string, LimitFigures>> {
    const { http, monitor } = this
    return joinLimits(http.limitFigures, this.#profiler.limitsUsed(), monitor.limitFigures)
  }

  #failures(): number {
    const { monitor, http } = this
    return monitor.selfCost.failures + http.failures + this.#profiler.sanitizer.redactFailures
  }

  #traceFigures(): { readonly kept: number; readonly dropped: number } {
    const { maxTraces } = this.#profiler.limitsUsed()
    return { kept: maxTraces.used, dropped: maxTraces.cut }
  }
}

/**
 * Makes an instance of mtaio, to be used by itself or given to several adapters.
 *
 * @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`, `MTAIO_THRESHOLD_INVALID`
 *
 * @example
 * const mtaio = createMtaio({ thresholds: { cpu_usage: 80 } })
 * shop.use(mtaioExpress({ mtaio }))
 * admin.use(mtaioExpress({ mtaio }))
 */
export function createMtaio(options?: MtaioOptions): Mtaio {
  return new Mtaio(options)
}

/**
 * The instance that an adapter works with: the one it was given, else one of its own.
 *
 * @throws MtaioError `MTAIO_OPTION_INVALID` when both an instance and options for one are given, or
 *   when what is given holds no options or is no instance; and what {@link createMtaio} throws.
 */
export function resolveMtaio(given: AdapterOptions = {}): Mtaio {
  checkOptions(given)
  const { mtaio, ...options } = given
  if (mtaio === undefined) return createMtaio(options)
  if (!isMtaio(mtaio)) {
    throw new MtaioError('MTAIO_OPTION_INVALID', 'mtaio must be an instance of createMtaio().')
  }
  const [surplus] = Object.keys(options)
  if (surplus === undefined) return mtaio
  throw new MtaioError(
    'MTAIO_OPTION_INVALID',
    `${surplus} must be given to createMtaio, since an instance is given as the option mtaio.`,
  )
}

/** By what it has, since an app may have loaded a second copy of this package. */
function isMtaio(given: unknown): boolean {
  const { http, status } = (given ?? {}) as Partial<Mtaio>
  return typeof http?.begin === 'function' && typeof status?.handle === 'function'
}
