import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createMtaio } from '@mtaio/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Prometheus } from '../../packages/core/src/status/prometheus/prometheus.ts'
import { isHere } from './prometheus-server.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/prometheus', import.meta.url))

describe('the example for Prometheus', () => {
  let directory: string

  beforeAll(async () => {
    // A copy, with the token that a user puts beside it.
    directory = await mkdtemp(join(tmpdir(), 'mtaio-example-'))
    await cp(EXAMPLE, directory, { recursive: true })
    await writeFile(join(directory, 'token'), 'a-token\n')
  })

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true })
  })

  it.skipIf(!isHere('promtool')).each([
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'rules.yml'],
    ['test', 'rules', 'rules.test.yml'],
  ])('passes promtool %s %s', (...args) => {
    const run = spawnSync('promtool', args, { cwd: directory, encoding: 'utf8', timeout: 20_000 })
    expect(run.stdout + run.stderr).toContain('SUCCESS')
    expect(run.status).toBe(0)
  })

  it('uses only metrics that mtaio has', async () => {
    await using mtaio = createMtaio({ interval: 3600 })
    const { metricStore } = mtaio.monitor
    const labels = { method: 'GET', route: '/', status: '500' }
    for (const name of ['request_duration', 'request_error']) {
      metricStore.series(name, labels).record(1, performance.now())
    }
    const limit = { limit: 1, used: 0, cut: 0 }
    const prometheus = new Prometheus({
      metrics: metricStore,
      inFlight: () => 0,
      self: () => ({
        limits: { maxRoutes: limit, maxMetrics: limit, maxSeriesPerMetric: limit },
        traces: { kept: 0, dropped: 0 },
        series: 0,
        cpuPercent: 0,
        refusedValues: 0,
        failures: 0,
        skippedCalls: 0,
        viewers: 0,
      }),
    })
    const text = Buffer.concat(await prometheus.render('text')).toString()
    prometheus.stop()
    const rules = await readFile(join(directory, 'rules.yml'), 'utf8')
    const used = new Set(rules.match(/\b(?:request|nodejs|process|mtaio)_\w+(?=[{[ ])/g))
    expect(used.size).toBeGreaterThan(4)
    for (const name of used) expect(text).toMatch(new RegExp(`^(# TYPE )?${name}[{ ]`, 'm'))
  })
})
