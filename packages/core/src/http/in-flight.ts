import { endFinished } from './finished-requests.ts'
import type { LifecycleOwner, RequestLifecycle } from './request-lifecycle.ts'
import { SocketWatch } from './socket-watch.ts'

/**
 * The requests in flight. Nearly all are held by their connection anyway, where they are looked up
 * when somebody asks; a list of their own would be work for each request.
 */
export class InFlight implements Iterable<RequestLifecycle> {
  readonly #owner: LifecycleOwner
  /** Those that no connection leads to: of HTTP/2, of `inject`. */
  readonly #others = new Set<RequestLifecycle>()
  #size = 0

  /** @param owner Whose requests they are. */
  constructor(owner: LifecycleOwner) {
    this.#owner = owner
  }

  get size(): number {
    endFinished()
    return this.#size
  }

  /** Of those that wait for their answer: a stream may go on for as long as it likes. */
  get oldest(): RequestLifecycle | null {
    let oldest: RequestLifecycle | null = null
    for (const request of this.#all()) {
      if (request.streaming) continue
      if (oldest === null || request.startMs < oldest.startMs) oldest = request
    }
    return oldest
  }

  /** @returns how many there are, with those that have just finished. */
  add(request: RequestLifecycle): number {
    if (request.watch === null) this.#others.add(request)
    return ++this.#size
  }

  remove(request: RequestLifecycle): void {
    this.#size--
    if (request.watch === null) this.#others.delete(request)
  }

  /** The oldest first; as they are now, since one that is looked at may end meanwhile. */
  [Symbol.iterator](): IterableIterator<RequestLifecycle> {
    return [...this.#all()].toSorted((a, b) => a.startMs - b.startMs).values()
  }

  *#all(): Generator<RequestLifecycle, void, undefined> {
    endFinished()
    for (const request of SocketWatch.requests()) if (request.owner === this.#owner) yield request
    yield* this.#others
  }
}
