import type http from 'node:http'

/**
 * `node:http`, though not by `import`: to make an ES module of it Node reads all that it exports, and
 * so loads the WebSocket client and `fetch` with what they need, 39 modules and 5 MiB for nothing.
 * Express, Koa and Fastify do not load it so either.
 */
const builtin: typeof http = process.getBuiltinModule('node:http')

export const IncomingMessage: typeof http.IncomingMessage = builtin.IncomingMessage
export type IncomingMessage = http.IncomingMessage
export const ServerResponse: typeof http.ServerResponse = builtin.ServerResponse
export type ServerResponse = http.ServerResponse
/** The methods that Node's parser knows. */
export const METHODS: readonly string[] = builtin.METHODS
