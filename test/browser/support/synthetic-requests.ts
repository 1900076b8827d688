import type {
  ErrorDocument,
  RequestDocument,
  RequestSummary,
  SpanDocument,
} from '../../../packages/core/src/status/api-types.ts'

const ERROR: ErrorDocument = {
  name: 'TypeError',
  message: "Cannot read properties of undefined (reading 'total')",
  stack: [
    "TypeError: Cannot read properties of undefined (reading 'total')",
    '    at renderReport (file:///srv/shop/src/report.ts:48:22)',
    '    at Layer.handle (/srv/shop/node_modules/express/lib/router/layer.js:95:5)',
    '    at next (/srv/shop/node_modules/express/lib/router/route.js:149:13)',
    '    at async reportHandler (file:///srv/shop/src/routes/report.ts:17:16)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
  ].join('\n'),
  causes: [
    { name: 'AggregateError', message: '', stack: null },
    {
      name: 'Error',
      message: 'connect ECONNREFUSED 10.0.0.7:5432',
      stack: [
        'Error: connect ECONNREFUSED 10.0.0.7:5432',
        '    at connect (file:///srv/shop/src/db.ts:12:9)',
        '    at node:net:1611:16',
      ].join('\n'),
    },
  ],
}

interface SpanPlan {
  readonly name: string
  /** Seconds after the root began. */
  readonly after: number
  readonly took: number
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly error?: ErrorDocument
  readonly children?: readonly SpanPlan[]
}

let spans = 0

function span(plan: SpanPlan, parentId: string | null, origin: number): SpanDocument {
  const id = `5a${(spans++).toString(16).padStart(14, '0')}`
  return {
    id,
    parentId,
    name: plan.name,
    startTime: origin + plan.after,
    endTime: origin + plan.after + plan.took,
    duration: plan.took,
    metadata: plan.metadata ?? {},
    memoryStart: 48_000_000,
    memoryEnd: 48_000_000 + Math.round(plan.took * 900_000),
    memoryDelta: Math.round(plan.took * 900_000),
    stackTrace: null,
    error: plan.error ?? null,
    children: (plan.children ?? []).map((child) => span(child, id, origin)),
  }
}

/** What a report does: it loads, asks a neighbour 23 times, and renders. */
function reportPlan(took: number, failed: boolean): readonly SpanPlan[] {
  const unit = took / 100
  return [
    {
      name: 'loadOrders',
      after: unit,
      took: unit * 9,
      metadata: { query: 'select * from orders where user_id = $1', rows: 412 },
      children: [{ name: 'pg.query', after: unit * 2, took: unit * 6 }],
    },
    ...Array.from({ length: 23 }, (_, i) => ({
      name: 'GET inventory.test/items/:id',
      after: unit * (10 + i * 0.5),
      took: unit * 0.48,
    })),
    {
      name: 'renderReport',
      after: unit * 30,
      took: unit * 69,
      metadata: { template: 'monthly', pages: 12 },
      ...(failed && { error: ERROR }),
    },
  ]
}

/** One request with all that is kept of it. */
export function requestDocument(summary: RequestSummary): RequestDocument {
  const failed = summary.error !== null
  const children = summary.route === '/report/:id' ? reportPlan(summary.duration, failed) : []
  const root = span(
    {
      name: `${summary.method} ${summary.route}`,
      after: 0,
      took: summary.duration,
      metadata: { user: 'u-2041', region: 'eu-west' },
      children,
      ...(failed && {
        error: { ...ERROR, name: summary.error.name, message: summary.error.message },
      }),
    },
    null,
    summary.startTime,
  )
  const inFlight = summary.outcome === null
  return {
    ...summary,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    trace: inFlight ? { ...root, endTime: null, duration: null } : root,
    droppedSpans: 0,
  }
}

interface SummaryPlan {
  readonly id: string
  readonly method: string
  readonly route: string
  readonly startTime: number
  readonly duration: number
  readonly status?: number
  readonly outcome?: RequestSummary['outcome']
  readonly error?: RequestSummary['error']
  readonly currentSpan?: string
}

/** One row of the request list. */
export function requestSummary(plan: SummaryPlan): RequestSummary {
  return {
    id: plan.id,
    method: plan.method,
    route: plan.route,
    path: plan.route.replace(':id', '1042'),
    status: plan.status ?? (plan.outcome === null ? null : 200),
    outcome: plan.outcome === undefined ? 'ok' : plan.outcome,
    startTime: plan.startTime,
    duration: plan.duration,
    spanCount: plan.route === '/report/:id' ? 26 : 0,
    currentSpan: plan.currentSpan ?? null,
    error: plan.error ?? null,
    streaming: false,
  }
}

/** The error of the synthetic app, as the list has it. */
export const LISTED_ERROR: NonNullable<RequestSummary['error']> = {
  name: ERROR.name,
  message: ERROR.message,
}
