/** mtaio, and the handler measures a part of its work as a span of the request. */
import { mtaioWith } from './mtaio.js'

export const { express, koa, fastify, seen, profiler } = mtaioWith({})

export const around = (work) => (id) => profiler().traceContext('load item', () => work(id))
