/** mtaio without following async code: it times requests and enters no async context. */
import { mtaioWith } from './mtaio.js'

export const { express, koa, fastify, seen } = mtaioWith({ traceAsyncTasks: false })
