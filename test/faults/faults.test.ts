import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AdapterOptions, RequestsDocument, Snapshot } from '@mtaio/core'
import { ProcfsSource } from '../../packages/core/src/system/procfs-source.ts'
import { FRAMEWORKS, startApp, type SmallApp } from '../support/small-app.mjs'

// Fake timers replace the global ones; what waits here must not.
const realNow = Date.now

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function collectLog() {
  const lines: string[] = []
  const add = (line: string): void => void lines.push(line)
  return { lines, warn: add, error: add }
}

function block(ms: number): void {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
}

async function get({ port }: SmallApp, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`)
  return `${answer.status} ${await answer.text()}`
}

const snapshot = async (app: SmallApp): Promise<Snapshot> =>
  JSON.parse((await get(app, '/_monitor/api/snapshot')).slice(4)) as Snapshot

async function close(app: SmallApp): Promise<void> {
  app.server.closeAllConnections()
  await app.close()
}

describe.each(FRAMEWORKS)('%s answers as ever', (framework) => {
  const start = (options: AdapterOptions = {}) =>
    startApp(framework, { '/': () => 'ok', '/block': () => (block(500), 'blocked') }, options)

  it('when /proc cannot be read: the figures are null, each is said once', async () => {
    const root = mkdtempSync(join(tmpdir(), 'mtaio-proc-'))
    writeFileSync(join(root, 'stat'), 'cpu garbage\n')
    writeFileSync(join(root, 'meminfo'), '\0\0\0')
    const warned: string[] = []
    const onWarning = ({ figure }: { figure: string }): void => void warned.push(figure)
    const app = await start({ source: new ProcfsSource({ root, onWarning }), interval: 0.02 })
    await sleep(200)
    expect(await get(app, '/')).toBe('200 ok')
    const { stats, http } = await snapshot(app)
    expect([stats.cpu.usagePercent, stats.memory.total]).toEqual([null, null])
    expect(http.requests).toBe(1)
    expect(warned.length).toBeGreaterThan(1)
    expect(new Set(warned).size).toBe(warned.length)
    await close(app)
    rmSync(root, { recursive: true })
  })

  it('when the wall clock jumps an hour back and forth: durations stay 0 or more', async () => {
    const app = await start({ interval: 0.02 })
    for (const jump of [0, -3_600_000, 3_600_000, -7_200_000]) {
      vi.spyOn(Date, 'now').mockImplementation(() => realNow() + jump)
      await sleep(60)
      expect(await get(app, '/')).toBe('200 ok')
    }
    const document = await get(app, '/_monitor/api/requests')
    const { requests } = JSON.parse(document.slice(4)) as RequestsDocument
    expect(requests).toHaveLength(4)
    for (const { duration } of requests) {
      expect(duration).toBeGreaterThan(0)
      expect(duration).toBeLessThan(10)
    }
    expect((await snapshot(app)).self.failures).toBe(0)
    await close(app)
  })

  it('when a handler blocks the loop for 500 ms: it fires an alert', async () => {
    const alerts: number[] = []
    const app = await start({ interval: 0.1, thresholds: { event_loop_delay: 0.4 } })
    app.mtaio!.monitor.onThresholdExceeded((metric, value) => {
      if (metric === 'event_loop_delay') alerts.push(value)
    })
    await sleep(250)
    expect(await get(app, '/block')).toBe('200 blocked')
    await vi.waitFor(() => expect(alerts.length).toBeGreaterThan(0), { timeout: 2000 })
    expect(alerts[0]).toBeGreaterThan(0.4)
    await close(app)
  })

  it('when alert handlers hang, throw and reject: sampling goes on, and it is counted', async () => {
    const logger = collectLog()
    const app = await start({ interval: 0.02, thresholds: { rss: 1 }, logger })
    const { monitor } = app.mtaio!
    monitor.onThresholdExceeded(() => new Promise(() => {}))
    monitor.onThresholdExceeded(() => {
      throw new Error('thrown')
    })
    monitor.onThresholdExceeded(async () => {
      throw null
    })
    await vi.waitFor(() => expect(monitor.selfCost.failedHandlers).toBeGreaterThan(4))
    const rows = monitor.getHistory().length
    await vi.waitFor(() => expect(monitor.getHistory().length).toBeGreaterThan(rows + 2))
    expect(await get(app, '/')).toBe('200 ok')
    expect((await snapshot(app)).self.failures).toBeGreaterThan(4)
    expect(logger.lines.filter((line) => line.includes('HANDLER_FAILED')).length).toBeLessThan(3)
    await close(app)
  })

  it('when the log cannot be written', async () => {
    const full = (): never => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    }
    const app = await start({ logger: { warn: full, error: full }, token: 'a-token' })
    app.mtaio!.monitor.recordMetric('refused', NaN)
    expect(await get(app, '/_monitor')).toMatch(/^401 /)
    expect(await get(app, '/')).toBe('200 ok')
    await close(app)
  })

  it("under fake timers of the app's tests: it starts, answers, samples and closes", async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'Date'],
    })
    const app = await start({ interval: 0.02 })
    expect(await get(app, '/')).toBe('200 ok')
    const { monitor } = app.mtaio!
    const rows = monitor.getHistory().length
    await sleep(150)
    expect(monitor.getHistory().length).toBeGreaterThan(rows)
    expect(await get(app, '/_monitor/api/snapshot')).toMatch(/^200 /)
    await close(app)
  })
})
