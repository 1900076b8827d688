import { ownCopy } from '../cut-text.ts'
import type { Limits } from '../limits.ts'
import { OTHER, type MetricStore } from '../metrics/metric-store.ts'
import type { OperationStats } from '../profiler/operation-stats.ts'
import { ExampleBudget } from './example-requests.ts'
import { METHODS } from './node-http.ts'
import { RouteEntry } from './route-entry.ts'

/** The label of requests that no route matched. */
export const UNMATCHED = '(unmatched)'
/** What stands for a method that HTTP does not know: a client can make up any over HTTP/2. */
const OTHER_METHOD = 'OTHER'

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS)

/** What a method is counted and shown as. */
export function labelOfMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : OTHER_METHOD
}

/** The figures by method and route pattern; capped, what falls over is the route `(other)`. */
export class RouteTable {
  /** The examples of all routes together. */
  readonly examples: ExampleBudget
  readonly #byRoute = new Map<string, Map<string, RouteEntry>>()
  readonly #limits: Limits
  readonly #operation: (name: string) => OperationStats
  readonly #store: MetricStore
  #size = 0
  #cut = 0

  constructor(limits: Limits, store: MetricStore, operation: (name: string) => OperationStats) {
    this.examples = new ExampleBudget(limits.maxExamples)
    this.#limits = limits
    this.#store = store
    this.#operation = operation
  }

  /** Pairs of method and route that are held. */
  get size(): number {
    return this.#size
  }

  /** Requests that were counted as `(other)`, since the table was full. */
  get cut(): number {
    return this.#cut
  }

  /** The entry of this method and route; it is made when there is none yet. */
  entry(method: string, route: string): RouteEntry {
    // Two look-ups, since joining a key would cost more than all the rest.
    return this.#byRoute.get(route)?.get(method) ?? this.#slowEntry(method, route)
  }

  /** The entry if there is one. */
  find(method: string, route: string): RouteEntry | undefined {
    return this.#byRoute.get(route)?.get(method)
  }

  *[Symbol.iterator](): Generator<RouteEntry, void, undefined> {
    for (const methods of this.#byRoute.values()) yield* methods.values()
  }

  #slowEntry(givenMethod: string, givenRoute: string): RouteEntry {
    const method = labelOfMethod(givenMethod)
    const route = this.#store.cut(givenRoute)
    const known = this.find(method, route)
    if (known !== undefined) return known
    if (this.#size < this.#limits.maxRoutes) {
      this.#size++
      return this.#add(method, route)
    }
    this.#cut++
    return this.find(method, OTHER) ?? this.#add(method, OTHER)
  }

  #add(method: string, given: string): RouteEntry {
    const route = ownCopy(given)
    const entry = new RouteEntry(method, route, this.#store, this.#operation, this.examples)
    const methods = this.#byRoute.get(route)
    if (methods === undefined) this.#byRoute.set(route, new Map([[method, entry]]))
    else methods.set(method, entry)
    return entry
  }
}
