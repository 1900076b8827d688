import { noteError, routeOf, setRoute } from './message-state.ts'

/**
 * What an app says of the request that it handles: `req.mtaio` in Express, `ctx.mtaio` in Koa,
 * `request.mtaio` in Fastify. On a request that is not watched it does nothing.
 *
 * @example
 * app.use((ctx) => {
 *   ctx.mtaio.route = '/files/*'
 * })
 */
export class RequestHandle {
  readonly #message: object

  /** @param message The request or the response, as Node gave it to the app. */
  constructor(message: object) {
    this.#message = message
  }

  /**
   * The pattern that the request is counted under; null while none is known. What is set here goes
   * before what the framework says. A pattern has few values, such as `/files/*`: never the path.
   */
  get route(): string | null {
    return routeOf(this.#message)
  }

  set route(pattern: string) {
    setRoute(this.#message, pattern)
  }

  /** Notes an error that the app handles by itself. What is answered decides the outcome. */
  noteError(error: unknown): void {
    noteError(this.#message, error)
  }
}
