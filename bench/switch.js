/**
 * Puts the middleware and the hooks of a variant behind a switch: off, each passes the request on at
 * once. So one process is with the variant and without it, in turn.
 */
export function switchable(variant) {
  const state = { on: true }
  const middleware = (fn) => (first, second, third) => {
    if (state.on) return fn(first, second, third)
    // Koa gives the rest of the chain as the second one.
    return third === undefined ? second() : third()
  }
  const hook = (fn) => (request, reply, done) => (state.on ? fn(request, reply, done) : done())
  return {
    turn: (on) => {
      state.on = on
    },
    variant: {
      ...variant,
      express: (app) => intercepted(app, 'use', (use, fn) => use(middleware(fn)), variant.express),
      koa: (app) => intercepted(app, 'use', (use, fn) => use(middleware(fn)), variant.koa),
      fastify: (app) =>
        intercepted(
          app,
          'addHook',
          (addHook, name, fn) => addHook(name, HOOKS.has(name) ? hook(fn) : fn),
          variant.fastify,
        ),
    },
  }
}

const HOOKS = new Set(['onRequest', 'onResponse'])

/** Calls `register` while a method of the app is replaced. */
async function intercepted(app, name, replacement, register) {
  const original = app[name]
  // Scopes of Fastify inherit it.
  app[name] = function (...args) {
    return replacement(original.bind(this), ...args)
  }
  await register(app)
  app[name] = original
}
