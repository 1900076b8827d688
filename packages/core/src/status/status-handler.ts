import type { IncomingMessage, ServerResponse } from 'node:http'
import { clock } from '../clock.ts'
import type { ErrorCode } from '../errors.ts'
import type { HttpRequest, HttpResponse } from '../http/http-adapter.ts'
import { letGo } from '../http/message-state.ts'
import type { Limits } from '../limits.ts'
import type { Decision } from './access-decision.ts'
import { Access } from './access.ts'
import type { ResolvedAccess } from './access.ts'
import { failure, send } from './answer.ts'
import type { Answer } from './answer.ts'
import { ApiReader } from './api-reader.ts'
import { FailureLog } from './failure-log.ts'
import { baseAddress, belowPath, normalPath, placeBelow } from './page-address.ts'
import { PageAssets } from './page-assets.ts'
import { refusalPage, signInPage } from './plain-page.ts'
import { ProfileExport } from './profile-export.ts'
import { Prometheus } from './prometheus/prometheus.ts'
import { QueryError } from './query.ts'
import { notMountedMessage, RefusalLog } from './refusal-log.ts'
import { ResultLimit } from './result-limit.ts'
import { selfFigures } from './self-figures.ts'
import { Snapshots } from './snapshot.ts'
import type { StatusSources } from './status-sources.ts'
import { StreamHub } from './stream.ts'
import { targetOf, wantsPage } from './target.ts'
import type { Target, TargetContext } from './target.ts'

/** What the handler is told. */
export interface StatusOptions {
  /** The mount path, such as `/_monitor`. */
  readonly path: string
  readonly access: ResolvedAccess
  readonly limits: Limits
  /** Writes a line to the log. */
  readonly warn: (code: ErrorCode, message: string) => void
  /** `NODE_ENV`. Default: that of the process. */
  readonly environment?: string
}

/** Answers what is asked below the mount path. */
export class StatusHandler {
  readonly #path: string
  readonly #options: StatusOptions
  readonly #access: Access
  readonly #refusals: RefusalLog
  readonly #context: TargetContext
  readonly #stream: StreamHub
  readonly #prometheus: Prometheus
  readonly #failures: FailureLog
  #isWarned = false

  constructor(sources: StatusSources, options: StatusOptions) {
    this.#options = options
    this.#path = options.path.replace(/\/+$/, '')
    this.#refusals = new RefusalLog(options.path, (message) => {
      options.warn('MTAIO_REFUSED', message)
    })
    this.#failures = new FailureLog(this.#path, (message) => {
      options.warn('MTAIO_INTERNAL', message)
    })
    this.#access = new Access(
      options.access,
      {
        refused: (reason) => {
          this.#refusals.add(reason)
        },
        notMounted: () => {
          this.#warnNotMounted()
        },
      },
      options.environment,
    )
    const results = new ResultLimit(options.limits.maxResults)
    const profileExport = new ProfileExport(
      () => sources.profiler.getProfile(),
      options.limits.maxExportBytes,
    )
    const self = (nowMs: number) =>
      selfFigures(
        sources,
        {
          limits: options.limits,
          stream: this.#stream,
          results: results.figures,
          exported: profileExport.figures,
          failures: this.failures,
        },
        nowMs,
      )
    const snapshots = new Snapshots(sources, self, results)
    this.#stream = new StreamHub({
      document: () => sources.self.cost.measure(() => snapshots.tick()),
      maxStreams: options.limits.maxStreams,
      maxStreamBuffer: options.limits.maxStreamBuffer,
      now: () => clock.now(),
    })
    this.#prometheus = new Prometheus({
      metrics: sources.monitor.metricStore,
      inFlight: () => sources.http.inFlight.size,
      self: () => self(clock.now()),
    })
    this.#context = {
      sources,
      access: this.#access,
      api: new ApiReader(sources, snapshots, results, profileExport),
      results,
      stream: this.#stream,
      prometheus: this.#prometheus,
      assets: new PageAssets(),
    }
  }

  /** Failures while answering, and those of `authorize`. */
  get failures(): number {
    return this.#failures.total + this.#refusals.failures
  }

  /** False when {@link handle} answers nothing: in production, and nothing guards the page. */
  get isMounted(): boolean {
    return this.#access.isMounted || this.#options.access.publicHealth
  }

  /** Requests refused since the start. */
  get refusals(): number {
    return this.#refusals.total
  }

  /** Open streams. */
  get viewers(): number {
    return this.#stream.viewers
  }

  /** Idempotent. Says in production that the page is not there, when it is not. */
  start(): void {
    if (!this.#access.isMounted) {
      this.#warnNotMounted()
      return
    }
    this.#stream.start()
    this.#prometheus.start()
  }

  /** Ends all streams at once. Idempotent. */
  stop(): void {
    this.#stream.stop()
    this.#prometheus.stop()
  }

  /** Sends the tick to who watches. Called by the monitor after each sample. */
  tick(nowMs: number): void {
    this.#stream.tick(nowMs)
  }

  /**
   * Answers a request for the mount path, or for what is below it.
   *
   * @param subPath What follows the mount path, when a framework has taken that off: `''`, `'/'`,
   *   `'/api/snapshot'`. Default: found out from `req.url`.
   * @returns false when the request is not for mtaio and goes on to the app.
   */
  handle(req: HttpRequest, res: HttpResponse, subPath?: string): boolean {
    const below = subPath ?? belowPath(this.#path, req.url ?? '')
    if (below === null) return false
    const isOurs = this.#answerBelow(req as IncomingMessage, res as ServerResponse, below)
    if (isOurs) letGo(res)
    return isOurs
  }

  #answerBelow(req: IncomingMessage, res: ServerResponse, below: string): boolean {
    try {
      return this.#handle(req, res, below)
    } catch (error) {
      // Closed when in doubt: what fails at the gate does not go on to the app as if it were its.
      send(req, res, this.#failed(error))
      return true
    }
  }

  #handle(req: IncomingMessage, res: ServerResponse, below: string): boolean {
    const [pathname = '', search = queryOf(req)] = below.split(/\?(.*)/s)
    const place: Place = {
      path: normalPath(pathname),
      base: baseAddress(this.#path, pathname),
      search,
    }
    const target = targetOf(req, place.path, this.#access)
    // A promise that nobody looks after would end the app.
    const giveUp = (): void => {
      res.destroy()
    }
    if (target.resource === null) {
      this.#answer(req, res, target, place, false).catch(giveUp)
      return true
    }
    const decision = this.#access.check(req, target.resource)
    if (decision instanceof Promise) {
      decision.then((late) => this.#act(req, res, target, place, late)).catch(giveUp)
      return true
    }
    if (decision.kind === 'not-mounted') return false
    this.#act(req, res, target, place, decision).catch(giveUp)
    return true
  }

  async #act(
    req: IncomingMessage,
    res: ServerResponse,
    target: Target,
    place: Place,
    decision: Decision,
  ): Promise<void> {
    if (decision.kind === 'allow') await this.#answer(req, res, target, place, decision.stranger)
    else if (decision.kind === 'refuse') send(req, res, this.#refusal(req, target, place, decision))
  }

  async #answer(
    req: IncomingMessage,
    res: ServerResponse,
    target: Target,
    place: Place,
    stranger: boolean,
  ): Promise<void> {
    try {
      const answer = isAllowedMethod(req, target)
        ? await target.answer(this.#context, { req, res, ...place, stranger })
        : methodNotAllowed(target)
      if (answer !== null) send(req, res, answer)
    } catch (error) {
      send(req, res, this.#failed(error))
    }
  }

  #failed(error: unknown): Answer {
    if (error instanceof QueryError) return failure(400, 'bad_request', error.message)
    this.#failures.add(error)
    return failure(500, 'internal', 'The monitor failed. The log of the app says more.')
  }

  /** The same for every reason: a stranger learns nothing from it. */
  #refusal(
    req: IncomingMessage,
    target: Target,
    { path, base, search }: Place,
    { status }: { readonly status: 401 | 403 },
  ): Answer {
    if (target.resource === 'page' && wantsPage(req)) {
      return status === 401
        ? signInPage(base, placeBelow(`${path}?${search}`), false)
        : refusalPage(status, base)
    }
    const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
    return failure(status, 'refused', 'Refused.', headers)
  }

  #warnNotMounted(): void {
    if (this.#isWarned) return
    this.#isWarned = true
    this.#options.warn('MTAIO_NOT_MOUNTED', notMountedMessage(this.#options.path))
  }
}

/** Where below the mount path a request is. */
interface Place {
  readonly path: string
  /** Relative address of the mount path. */
  readonly base: string
  readonly search: string
}

function queryOf(req: IncomingMessage): string {
  const at = req.url?.indexOf('?') ?? -1
  return at < 0 ? '' : (req.url?.slice(at + 1) ?? '')
}

function isAllowedMethod(req: IncomingMessage, target: Target): boolean {
  return req.method === target.method || (req.method === 'HEAD' && target.method === 'GET')
}

function methodNotAllowed({ method }: Target): Answer {
  const allow = method === 'GET' ? 'GET, HEAD' : method
  return failure(405, 'method_not_allowed', `Use ${allow}.`, { allow })
}
