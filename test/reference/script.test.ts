import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('script-process.mjs', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** One that does not end by itself within ten seconds is killed. */
function run(what: string, source: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [script, what, source],
      { timeout: 10_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout: stdout.trim(), stderr }),
    )
  })
}

const sources = ['systeminformation', ...(existsSync('/proc/self/stat') ? ['procfs'] : [])]

describe.each(sources)('a script with the figures of %s', (source) => {
  it.each(['stats', 'metric'])('gets the number that it awaits (%s), and ends', async (what) => {
    const { code, stdout, stderr } = await run(what, source)
    expect([code, stderr]).toEqual([0, ''])
    expect(Number.parseFloat(stdout)).toBeGreaterThanOrEqual(0)
  })

  it('gets the facts of the host that it awaits, and ends', async () => {
    const { code, stdout, stderr } = await run('host', source)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/\w/)
  })

  it('ends by itself after the start', async () => {
    expect(await run('started', source)).toEqual({ code: 0, stdout: 'started', stderr: '' })
  })
})
