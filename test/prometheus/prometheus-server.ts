import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Whether a program of the Debian package `prometheus` is here.
 *
 * @throws where nothing may be skipped.
 */
export function isHere(program: 'prometheus' | 'promtool'): boolean {
  const { error } = spawnSync(program, ['--version'])
  if (error !== undefined && process.env['MTAIO_REQUIRE_ALL'] === '1') throw error
  return error === undefined
}

/** One series of an answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  /** Of an instant query. */
  readonly value?: readonly [seconds: number, value: string]
  /** Of a range: the raw samples. */
  readonly values?: readonly (readonly [seconds: number, value: string])[]
}

/** The real server with its data in a temporary folder. */
export class PrometheusServer implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #url: string

  private constructor(child: ChildProcess, directory: string, url: string) {
    this.#child = child
    this.#directory = directory
    this.#url = url
  }

  static async start(config: string, flags: readonly string[] = []): Promise<PrometheusServer> {
    const directory = await mkdtemp(join(tmpdir(), 'mtaio-prometheus-'))
    const file = join(directory, 'prometheus.yml')
    await writeFile(file, config)
    const address = `127.0.0.1:${await freePort()}`
    const child = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=${address}`,
        ...flags,
      ],
      { stdio: 'ignore' },
    )
    return new PrometheusServer(child, directory, `http://${address}/api/v1`)
  }

  /** All series of an expression, at a time in epoch seconds. */
  async query(expression: string, time: number = Date.now() / 1000): Promise<readonly Sample[]> {
    const search = new URLSearchParams({ query: expression, time: String(time) })
    const { data } = (await this.#ask(`query?${search.toString()}`)) as {
      data: { result: Sample[] }
    }
    return data.result
  }

  /** The value of an expression that has one series; NaN when there is none. */
  async value(expression: string, time?: number): Promise<number> {
    const [sample] = await this.query(expression, time)
    return Number(sample?.value?.[1])
  }

  /** The names of all metrics. */
  async names(): Promise<readonly string[]> {
    const { data } = (await this.#ask('label/__name__/values')) as { data: string[] }
    return data
  }

  async #ask(path: string): Promise<unknown> {
    const answer = await fetch(`${this.#url}/${path}`)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
    await rm(this.#directory, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
