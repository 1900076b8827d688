import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Mtaio } from '@mtaio/core'
import type { AppPlan, BuiltApp, Protocol, Subject } from '../subjects/subject.ts'
import { RawClient, type Client } from './client.ts'
import { Http2Client } from './http2-client.ts'
import { ListenerCensus } from './listener-census.ts'

/** An app on a server of its own, with its client. */
export class RunningApp {
  readonly client: Client
  readonly census: ListenerCensus
  readonly #built: BuiltApp

  static async start(
    subject: Subject,
    plan: AppPlan,
    mtaio: Mtaio | null,
    protocol: Protocol,
  ): Promise<RunningApp> {
    const built = await subject.build(plan, mtaio, protocol)
    const census = new ListenerCensus(built.server)
    plan.server?.(built.server as never, built)
    built.server.listen(0, '127.0.0.1')
    await once(built.server, 'listening')
    const { port } = built.server.address() as AddressInfo
    const client = protocol === 'HTTP/2' ? new Http2Client(port) : new RawClient(port)
    return new RunningApp(client, census, built)
  }

  private constructor(client: Client, census: ListenerCensus, built: BuiltApp) {
    this.client = client
    this.census = census
    this.#built = built
  }

  /** Lets the app see that all its clients have left. */
  async settle(): Promise<void> {
    await this.client.close()
    const { server } = this.#built
    const isQuiet = (): Promise<boolean> =>
      new Promise((resolve) => server.getConnections((_error, count) => resolve(!(count > 0))))
    while (!(await isQuiet())) await sleep(1)
    await sleep(2)
  }

  async close(): Promise<void> {
    const { server } = this.#built
    await this.client.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    const closed = server.listening ? once(server, 'close') : undefined
    await this.#built.close()
    if (server.listening) server.close()
    await closed
  }
}
