import type { Mtaio } from '@mtaio/core'
import type { FastifyInstance } from 'fastify'

// The configuration of an app is the one object that all of its scopes have in common.
const apps = new WeakMap<object, Map<string, Mtaio>>()

/**
 * The pages of an app by their addresses. Of a scope only what is below it can be seen, so a page in
 * a scope beside it, or in one that was there before the app's own, is known from here.
 */
export function pagesOf({ initialConfig }: FastifyInstance): Map<string, Mtaio> {
  let pages = apps.get(initialConfig)
  if (pages === undefined) apps.set(initialConfig, (pages = new Map()))
  return pages
}
