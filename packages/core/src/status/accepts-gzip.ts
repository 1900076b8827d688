import type { IncomingMessage } from 'node:http'

/** Whether `Accept-Encoding` names gzip, and not with the weight 0, which forbids it. */
export function acceptsGzip(req: IncomingMessage): boolean {
  const accepted = req.headers['accept-encoding'] ?? ''
  return /(^|[\s,])gzip\s*(;\s*q=(?!0(\.0*)?\s*(,|$))|,|$)/i.test(accepted)
}
