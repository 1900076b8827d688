// Both majors under the types of the newer one: the tests use what they have in common.
declare module 'koa2' {
  import type Koa from 'koa'
  const koa: typeof Koa
  export default koa
}
declare module 'koa3' {
  import type Koa from 'koa'
  const koa: typeof Koa
  export default koa
}
declare module 'koa-router' {
  import type Router from '@koa/router'
  const router: typeof Router
  export default router
}
declare module 'koa-mount' {
  import type Koa from 'koa'
  type App = Koa | ((ctx: never, next: Koa.Next) => unknown)
  export default function mount(path: string, app: App): Koa.Middleware
}
