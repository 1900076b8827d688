import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** A request as the server of Node gives it, HTTP/1 or HTTP/2. */
export type HttpRequest = IncomingMessage | Http2ServerRequest

/** A response as the server of Node gives it, HTTP/1 or HTTP/2. */
export type HttpResponse = ServerResponse | Http2ServerResponse

/**
 * What core cannot know of a framework. One object serves all requests of an app.
 *
 * @typeParam Subject What the framework makes of a request: the context of Koa, the request of Fastify.
 */
export interface HttpAdapter<Subject = unknown> {
  /**
   * The route pattern as the developer wrote it, such as `/users/:id`; undefined when no route
   * matched. Asked when the request has ended; while it is in flight only by who looks at it.
   *
   * @param subject What `follow` was given.
   */
  route(req: HttpRequest, res: HttpResponse, subject: Subject): string | undefined
}
