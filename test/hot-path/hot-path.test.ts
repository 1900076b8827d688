import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

/** What one request takes, on average over some thousand. */
interface Work {
  readonly clockReads: number
  readonly listeners: number
  readonly contextChanges: number
  /** Asynchronous resources that were made, by type. */
  readonly resources: Readonly<Record<string, number>>
  readonly bytes: number
  /** Garbage collections while bytes were counted: with one the count means nothing. */
  readonly collections: number
}

type Mode = 'bare' | 'idle' | 'spans'

/**
 * Bytes that a request may allocate beyond the bare app, without and with a span. Measured on Node
 * 20, with at most 250 more or less: Koa 1,800 and 9,800, Fastify 2,000 and 9,900, Express 2,700 and
 * 10,700. That is what the interpreter allocates, where each float is an object; optimized code takes
 * half of it, but how much is optimized, and when, is never the same.
 *
 * The margin is a fourth: versions of Node and of the frameworks differ by that. A slip that matters
 * is larger: a listener with a closure per request, a promise, headers that are read.
 */
const MOST_BYTES = {
  express: { idle: 3400, spans: 13_400 },
  koa: { idle: 2250, spans: 12_200 },
  fastify: { idle: 2500, spans: 12_400 },
} as const

// Nothing is optimized, see above, and nothing collected, as the young generation is so large.
const V8_FLAGS = [
  '--expose-gc',
  '--no-opt',
  '--no-sparkplug',
  '--min-semi-space-size=256',
  '--max-semi-space-size=256',
]

/** As in hot-path-process.mjs; in a turn of the event loop each has a request. */
const CONNECTIONS = 16

/** What does not come from requests: a timer of Node's own for its date header, once a second. */
const STRAY = 0.01

async function workOf(framework: string, mode: Mode): Promise<Work> {
  const child = fork(
    fileURLToPath(new URL('./hot-path-process.mjs', import.meta.url)),
    [framework, mode],
    { execArgv: V8_FLAGS },
  )
  const died = once(child, 'exit').then(() =>
    Promise.reject(new Error('It did not get to the end')),
  )
  died.catch(() => {})
  const [work] = (await Promise.race([once(child, 'message'), died])) as [Work]
  return work
}

describe.each(['express', 'koa', 'fastify'] as const)('a request of %s', (framework) => {
  let bare: Work
  let idle: Work
  let spans: Work

  beforeAll(async () => {
    bare = await workOf(framework, 'bare')
    idle = await workOf(framework, 'idle')
    spans = await workOf(framework, 'spans')
  }, 120_000)

  it('reads the clock twice, and twice more for a span', () => {
    expect(bare.clockReads).toBe(0)
    expect(idle.clockReads).toBe(2)
    expect(spans.clockReads).toBe(4)
  })

  it('gets no listener', () => {
    for (const { listeners } of [idle, spans]) expect(listeners).toBe(bare.listeners)
  })

  it('enters the async context only where a profiler is used', () => {
    expect(idle.contextChanges).toBe(0)
    // Its handler, the span in it, and the end of its body, which an app may wait for: in and out.
    expect(spans.contextChanges).toBe(2 * 3)
  })

  it('makes no timer, no tick and no promise; one promise for an async span', () => {
    for (const [work, promises] of [
      [idle, 0],
      [spans, 1],
    ] as const) {
      const allowed: Readonly<Record<string, number>> = {
        PROMISE: promises,
        // One ends all requests of a turn of the event loop.
        Immediate: 1 / CONNECTIONS,
      }
      const types = new Set([...Object.keys(bare.resources), ...Object.keys(work.resources)])
      for (const type of types) {
        const more = (work.resources[type] ?? 0) - (bare.resources[type] ?? 0)
        expect(Math.abs(more - (allowed[type] ?? 0)), type).toBeLessThan(STRAY)
      }
    }
  })

  it('allocates little', () => {
    for (const { collections } of [bare, idle, spans]) expect(collections).toBe(0)
    const most = MOST_BYTES[framework]
    expect(idle.bytes - bare.bytes).toBeLessThan(most.idle)
    expect(spans.bytes - bare.bytes).toBeLessThan(most.spans)
    // A tool that has stopped to watch would allocate nothing, and all of the above would hold.
    expect(idle.bytes - bare.bytes).toBeGreaterThan(100)
  })
})
