const all = ['express', 'koa', 'fastify']

/**
 * Every variant in the order of the report. `frameworks` says where it exists, `package` whose
 * version the report names. The module of the same name instruments the app:
 *
 *   express(app), koa(app), fastify(app)   before the route is added; may be async
 *   around(work)                           what the handler calls instead of its work
 *   seen(origin)                           the requests it recorded, as a proof that it does
 */
export const variants = [
  { name: 'bare', label: 'bare', frameworks: all },
  { name: 'bare-again', label: 'bare, once more (the noise)', frameworks: all },
  { name: 'microsecond', label: 'one microsecond of work (the scale)', frameworks: all },
  { name: 'floor', label: 'floor: `close`, two clock reads, one array write', frameworks: all },
  { name: 'floor-context', label: 'floor and AsyncLocalStorage.run', frameworks: all },
  { name: 'mtaio', label: '**mtaio**', frameworks: all },
  { name: 'mtaio-spans', label: '**mtaio**, one span in the handler', frameworks: all },
  { name: 'mtaio-untraced', label: '**mtaio**, traceAsyncTasks off', frameworks: all },
  { name: 'prom-client', label: 'prom-client by hand', frameworks: all, package: 'prom-client' },
  {
    name: 'express-prom-bundle',
    label: 'express-prom-bundle',
    frameworks: ['express'],
    package: 'express-prom-bundle',
  },
  {
    name: 'express-status-monitor',
    label: 'express-status-monitor',
    frameworks: ['express'],
    package: 'express-status-monitor',
  },
  {
    name: 'swagger-stats',
    label: 'swagger-stats',
    frameworks: ['express', 'fastify'],
    package: 'swagger-stats',
  },
  {
    name: 'fastify-metrics',
    label: 'fastify-metrics',
    frameworks: ['fastify'],
    package: 'fastify-metrics',
  },
  {
    name: 'under-pressure',
    label: '@fastify/under-pressure',
    frameworks: ['fastify'],
    package: '@fastify/under-pressure',
  },
  {
    name: 'opentelemetry',
    label: 'OpenTelemetry, traces and metrics',
    frameworks: all,
    package: '@opentelemetry/instrumentation-http',
  },
  {
    name: 'fastify-otel',
    label: 'OpenTelemetry with @fastify/otel',
    frameworks: ['fastify'],
    package: '@fastify/otel',
  },
]

export const variantsOf = (framework) => variants.filter((v) => v.frameworks.includes(framework))
