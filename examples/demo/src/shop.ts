import { setTimeout as sleep } from 'node:timers/promises'
import type { Profiler } from '@mtaio/core'

/** An error that an app answers with its own status. */
export class NotFound extends Error {
  readonly status = 404
  readonly statusCode = 404
}

interface Order {
  readonly id: string
  readonly lines: readonly { readonly product: string; readonly price: number }[]
  readonly customer?: { readonly total: number }
}

/**
 * What the shop does, without any web framework. Each operation is a span of the request that asks
 * for it: nothing is passed along, the profiler follows the async context.
 */
export class Shop {
  readonly #profiler: Profiler

  constructor(profiler: Profiler) {
    this.#profiler = profiler
  }

  /** Fast: a cache, and behind it a query that takes some milliseconds. */
  async product(id: string): Promise<{ id: string; name: string }> {
    if (Number(id) > 900) throw new NotFound(`No product ${id}`)
    const cached = this.#profiler.traceContext('cache.get', () => Number(id) % 4 !== 0)
    if (!cached) await this.#query('select product', 2, 12)
    return { id, name: `Product ${id}` }
  }

  /** Slower: most of its time is waiting. */
  async search(words: string): Promise<{ words: string; hits: number }> {
    const hits = await this.#profiler.traceContext('search.index', async (span) => {
      await sleep(15 + Math.random() * 60)
      span.addMetadata({ shards: 3 })
      return words.length * 3
    })
    await this.#query('select highlights', 4, 9)
    return { words, hits }
  }

  /** The N+1 mistake: one query for the order, then one for each of its lines. */
  async order(id: string): Promise<{ id: string; total: number }> {
    await this.#query('select order', 3, 8)
    let total = 0
    for (let line = 0; line < 12; line++) {
      await this.#query('select order_line', 1, 4)
      total += line
    }
    return { id, total }
  }

  /** Writes two things at once: the spans overlap. */
  async addToCart(cart: string): Promise<{ cart: string; items: number }> {
    await Promise.all([this.#query('insert item', 2, 8), this.#query('update stock', 2, 14)])
    return { cart, items: 1 }
  }

  /** Heavy on the CPU, so that it delays everything else; for some orders it fails. */
  async report(id: string): Promise<{ id: string; sum: number }> {
    const order = await this.#profiler.traceContext('loadOrder', async () => {
      await sleep(5 + Math.random() * 20)
      return loadOrder(id)
    })
    return this.#profiler.traceContext('renderReport', () => renderReport(order))
  }

  /** A long answer, chunk by chunk. */
  async *export(): AsyncGenerator<string> {
    for (let page = 1; page <= 20; page++) {
      yield await this.#profiler.traceContext('export.page', async () => {
        await sleep(120)
        return `page ${page}\n`
      })
    }
  }

  async #query(name: string, minMs: number, maxMs: number): Promise<void> {
    await this.#profiler.traceContext(name, () => sleep(minMs + Math.random() * (maxMs - minMs)))
  }
}

function loadOrder(id: string): Order {
  const lines = [{ product: 'lamp', price: 12 }]
  return Number(id) % 3 === 0 ? { id, lines } : { id, lines, customer: { total: 41 } }
}

function renderReport(order: Order): { id: string; sum: number } {
  const until = performance.now() + 40 + Math.random() * 80
  let sum = 0
  while (performance.now() < until) sum += Math.sqrt(sum + order.lines.length)
  // An order without a customer was never thought of: here the demo fails.
  const total = (order.customer as { total: number }).total
  return { id: order.id, sum: Math.round(sum) + total }
}
