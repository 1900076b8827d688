import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recordHostile } from './hostile-names.ts'
import { sleep, StatusServer, until } from './status-server.ts'

// Debian package `prometheus`. It asks for OpenMetrics, which promtool does not check.
const isMissing = spawnSync('prometheus', ['--version']).error !== undefined
if (isMissing && process.env['MTAIO_REQUIRE_ALL'] === '1') throw new Error('no prometheus here')

it.skipIf(isMissing)('the Prometheus server takes every sample, whatever the names', async () => {
  await using app = await new StatusServer({ access: { token: 's3cret' } }).listen()
  recordHostile(app.monitor.metricStore)
  for (const path of ['/a', '/a', '/fail']) await app.get(path)
  await until(() => app.http.inFlight.size === 0)

  const directory = await mkdtemp(join(tmpdir(), 'mtaio-prometheus-'))
  const config = join(directory, 'prometheus.yml')
  await writeFile(
    config,
    `scrape_configs:
  - job_name: app
    scrape_interval: 1s
    metrics_path: /_monitor/metrics
    authorization: { credentials: s3cret }
    static_configs: [{ targets: ['127.0.0.1:${app.port}'] }]
`,
  )
  const port = await freePort()
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  )
  try {
    const ask = async (path: string) =>
      ((await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as any).data
    const query = async (text: string) =>
      (await ask(`query?query=${encodeURIComponent(text)}`)).result[0]?.value[1]
    let target: any
    for (let i = 0; i < 150 && (target === undefined || target.health === 'unknown'); i++) {
      await sleep(100)
      target = (await ask('targets').catch(() => undefined))?.activeTargets[0]
    }
    expect(target).toMatchObject({ health: 'up', lastError: '' })
    expect(await query('request_error_total{route="/fail"}')).toBe('1')
    expect(await query('request_duration_seconds_count{route="/a"}')).toBe('2')
    expect(Number(await query('nodejs_heap_size_used_bytes'))).toBeGreaterThan(1e6)
    const scraped = Number(await query('scrape_samples_scraped'))
    expect(scraped).toBeGreaterThan(500)
    expect(Number(await query('scrape_samples_post_metric_relabeling'))).toBe(scraped)
  } finally {
    child.kill()
    await new Promise((resolve) => child.once('exit', resolve))
    await rm(directory, { recursive: true, force: true })
  }
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
