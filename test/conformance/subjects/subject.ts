import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Http2Server } from 'node:http2'
import type { Readable } from 'node:stream'
import type { Mtaio } from '@mtaio/core'
import type { Router as KoaRouter } from '@koa/router'
import type express from 'express'
import type { FastifyInstance } from 'fastify'
import type Koa from 'koa'

export type Protocol = 'HTTP/1.1' | 'HTTP/2'

/** One request as a handler of any framework sees it; each method is the framework's own way. */
export interface Exchange {
  /** Node's own messages, below those of the framework. */
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly params: Readonly<Record<string, string | undefined>>
  /** Answers with a text. */
  send(text: string, status?: number, headers?: Readonly<Record<string, string>>): void
  /** Answers with a stream of text. */
  stream(source: Readable): void
  /** From here on the app writes the raw response itself. */
  takeOver(): ServerResponse
  /** Leaves the request to what comes after this handler. */
  pass(): unknown
  /** Fails without throwing. */
  fail(error: unknown): unknown
}

/** Its promise, where it gives one, is the framework's to wait for. */
export type Handler = (exchange: Exchange) => unknown

export interface RoutePlan {
  /** @default GET */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** The routers that the route is nested in, the outermost first. */
  readonly mounts?: readonly string[]
  readonly handle: Handler
}

/** An app that every framework can build; what only one of them knows is added by its own function. */
export interface AppPlan {
  readonly routes?: readonly RoutePlan[]
  /** The app's own answer to what no route took. */
  readonly notFound?: Handler
  /** The app's own handler of errors. */
  readonly onError?: (error: unknown, exchange: Exchange) => void
  /** How often mtaio is mounted. @default 1 */
  readonly mounted?: number
  readonly express?: (app: express.Express, make: typeof express) => void
  readonly koa?: (app: Koa, Router: typeof KoaRouter) => void
  readonly fastify?: (app: FastifyInstance) => unknown
  readonly server?: (server: Server, app: BuiltApp) => void
}

export interface BuiltApp {
  readonly server: Server | Http2Server
  /** Hands the app a request that did not come from its server. */
  dispatch(req: IncomingMessage, res: ServerResponse): void
  /** The app itself, for what only its framework can do. */
  readonly app: unknown
  close(): Promise<void>
}

/** A framework that mtaio follows. */
export interface Subject {
  /** As in the grid: `Express 5`. */
  readonly name: string
  readonly framework: 'express' | 'koa' | 'fastify'
  readonly major: number
  readonly protocols: readonly Protocol[]
  /** @param mtaio null builds the same app bare. */
  build(plan: AppPlan, mtaio: Mtaio | null, protocol: Protocol): Promise<BuiltApp>
}

/** A route's answer that never comes. */
export function forever(): Promise<never> {
  return new Promise(() => {})
}
