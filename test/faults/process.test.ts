import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { FRAMEWORKS, type Framework } from '../support/small-app.mjs'

const script = fileURLToPath(new URL('app-process.mjs', import.meta.url))
type Watched = 'with' | 'without'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Milliseconds since the epoch. */
  readonly endedAt: number
}

/** Runs the app to its end; one that does not end by itself within ten seconds is killed. */
function run(
  framework: Framework,
  watched: Watched,
  scenario: string,
  flags: readonly string[] = [],
): Promise<Ended> {
  const options = { timeout: 10_000, env: { ...process.env, NODE_ENV: 'development' } }
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, script, framework, watched, scenario],
      options,
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr, endedAt: Date.now() }),
    )
  })
}

/** Of the events of `process`, with the number of listeners. */
interface Listened {
  readonly listeners: readonly (readonly [name: string, count: number])[]
}

describe.each(FRAMEWORKS)('a process with mtaio on %s', (framework) => {
  it('ends by itself, as fast as without', async () => {
    // From the moment that the app is closed: what loading takes is not meant.
    const lingering = async (watched: Watched): Promise<number> => {
      const { code, stdout, stderr, endedAt } = await run(framework, watched, 'close')
      expect([code, stderr]).toEqual([0, ''])
      return endedAt - (JSON.parse(stdout) as { closedAt: number }).closedAt
    }
    const [watched, bare] = await Promise.all([lingering('with'), lingering('without')])
    // Far less than an interval of the sampling, which is a second.
    expect(watched - bare).toBeLessThan(500)
  })

  it.each(['throws', 'rejects', 'exits'])(
    'that %s says and returns what it does without',
    async (scenario) => {
      const [watched, bare] = await Promise.all([
        run(framework, 'with', scenario),
        run(framework, 'without', scenario),
      ])
      expect(bare.code).toBe(scenario === 'exits' ? 7 : 1)
      expect([watched.code, watched.stderr]).toEqual([bare.code, bare.stderr])
    },
  )

  it('has no handle and no listener left after start and stop, repeated and at once', async () => {
    const [watched, bare] = await Promise.all([
      run(framework, 'with', 'handles'),
      run(framework, 'without', 'handles'),
    ])
    expect([watched.code, watched.stderr]).toEqual([0, ''])
    const { before, after } = JSON.parse(watched.stdout) as Record<string, Listened>
    expect(after).toEqual(before)
    // Those of the process are those of Node and the framework.
    const { after: without } = JSON.parse(bare.stdout) as Record<string, Listened>
    expect(after!.listeners).toEqual(without!.listeners)
  })

  it('writes nothing: it works where writing is forbidden, as on a full disk', async () => {
    const [major] = process.versions.node.split('.')
    const permission = Number(major) >= 24 ? '--permission' : '--experimental-permission'
    const flags = [permission, '--allow-fs-read=*', '--no-warnings']
    if (Number(major) >= 25) flags.push('--allow-net')
    const { code, stdout, stderr } = await run(framework, 'with', 'close', flags)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('closedAt')
  })

  it('answers what is under way when SIGTERM comes, ends ten streams, and closes within a second', async () => {
    const child = spawn(process.execPath, [script, framework, 'with', 'sigterm'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (piece) => {
      output += String(piece)
    })
    await once(child.stdout, 'data')
    const port = Number(output)
    const open = (path: string) => {
      const outgoing = request({ host: '127.0.0.1', port, path, agent: false }).end()
      return once(outgoing, 'response').then(([answer]) => answer as IncomingMessage)
    }
    const streams = await Promise.all(
      Array.from({ length: 10 }, () => open('/_monitor/api/stream')),
    )
    const ends = streams.map((stream) => once(stream.resume(), 'end'))
    const slow = open('/slow').then(async (answer) => {
      let body = ''
      for await (const piece of answer) body += String(piece)
      return [answer.statusCode, body]
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill('SIGTERM')
    expect(await slow).toEqual([200, 'slow, but whole'])
    await Promise.all(ends)
    expect(await once(child, 'exit')).toEqual([0, null])
    const [, said = ''] = output.split('\n')
    const { closeMs, requests } = JSON.parse(said) as { closeMs: number; requests: number }
    expect(closeMs).toBeLessThan(1000)
    expect(requests).toBe(1)
  })
})
