import { createServer as createHttp2, connect as connectHttp2 } from 'node:http2'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { createParser } from 'eventsource-parser'
import type { EventSourceMessage } from 'eventsource-parser'
import { describe, expect, it, vi } from 'vitest'
import { clock } from '../../packages/core/src/clock.ts'
import { sleep, StatusServer, until } from './status-server.ts'

interface Viewer {
  readonly res: IncomingMessage
  readonly events: EventSourceMessage[]
  text: string
  ended: boolean
}

async function view(app: StatusServer, headers: Record<string, string> = {}): Promise<Viewer> {
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: app.port,
      path: '/_monitor/api/stream',
      agent: false,
    }
    get({ ...options, headers: { host: 'localhost', ...headers } }, resolve).on('error', reject)
  })
  const viewer: Viewer = { res, events: [], text: '', ended: false }
  const parser = createParser({ onEvent: (event) => viewer.events.push(event) })
  res.setEncoding('utf8')
  res.on('data', (text: string) => {
    viewer.text += text
    parser.feed(text)
  })
  res.on('end', () => (viewer.ended = true)).on('error', () => (viewer.ended = true))
  return viewer
}

describe('the stream', () => {
  it('begins with the present and sends one event a tick, with running ids', async () => {
    await using app = await new StatusServer().listen()
    const viewer = await view(app)
    await until(() => viewer.events.length === 1)
    app.status.tick(clock.now())
    app.status.tick(clock.now())
    await until(() => viewer.events.length === 3)
    expect(viewer.events.map(({ id, event }) => [id, event])).toEqual([
      ['1', 'tick'],
      ['2', 'tick'],
      ['3', 'tick'],
    ])
    const { sample, snapshot } = JSON.parse(viewer.events[2]?.data ?? '')
    expect(sample).toEqual({ t: 3, cpu_usage: 100 })
    expect(snapshot.self.viewers).toBe(1)
    expect(viewer.text).toMatch(/^retry: 2000\n\n/)
    expect(viewer.res.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(viewer.res.headers['cache-control']).toBe('no-store, no-transform')
  })

  it('makes a tick once for all viewers, and none when nobody watches', async () => {
    await using app = await new StatusServer().listen()
    const made = vi.spyOn(app.http, 'figures')
    for (let i = 0; i < 5; i++) app.status.tick(clock.now())
    expect(made).toHaveBeenCalledTimes(0)
    const viewers = await Promise.all(Array.from({ length: 20 }, () => view(app)))
    await until(() => viewers.every(({ events }) => events.length === 1))
    expect(made).toHaveBeenCalledTimes(1)
    app.status.tick(clock.now())
    await until(() => viewers.every(({ events }) => events.length === 2))
    expect(made).toHaveBeenCalledTimes(2)
    for (const { res } of viewers) res.destroy()
    await until(() => app.status.viewers === 0)
    app.status.tick(clock.now())
    expect(made).toHaveBeenCalledTimes(2)
  })

  it('has no field that a name can begin: CR, LF, NUL and the like stay inside their event', async () => {
    await using app = await new StatusServer().listen()
    const hostile = 'x\r\n\r\nevent: evil\ndata: {}\n\n\0\u2028\u2029\ud800'
    app.monitor.firing = [
      {
        id: '1',
        metric: hostile,
        labels: { [hostile]: hostile },
        state: 'firing',
        value: 1,
        threshold: 0,
        since: 1,
        until: null,
        message: hostile,
      },
    ]
    app.monitor.columns = { t: [1], [hostile]: [1] }
    const viewer = await view(app, { 'last-event-id': '7' })
    await until(() => viewer.events.length === 1)
    await sleep(50)
    expect(viewer.events).toHaveLength(1)
    expect(viewer.events[0]?.event).toBe('tick')
    const { snapshot } = JSON.parse(viewer.events[0]?.data ?? '')
    expect(snapshot.alerts[0].message).toBe(hostile)
  })

  it('is refused with 503 over maxStreams, and free again when one leaves', async () => {
    await using app = await new StatusServer({ limits: { maxStreams: 2 } }).listen()
    const [first] = await Promise.all([view(app), view(app)])
    const { status, headers, body } = await app.get('/_monitor/api/stream')
    expect([status, headers['retry-after']]).toEqual([503, '10'])
    expect(JSON.parse(body).error.code).toBe('unavailable')
    const { self } = await app.json('/_monitor/api/snapshot')
    expect(self.limits.maxStreams).toEqual({ limit: 2, used: 2, cut: 1 })
    first?.res.destroy()
    await until(() => app.status.viewers === 1)
    expect((await view(app)).res.statusCode).toBe(200)
  })

  it('drops a viewer that does not read, at the bound, and serves the others', async () => {
    await using app = await new StatusServer({ limits: { maxStreamBuffer: 50_000 } }).listen()
    app.monitor.columns = { t: [1], ['x'.repeat(100_000)]: [1] }
    const reader = await view(app)
    const idle = connect(app.port, '127.0.0.1').pause()
    idle.on('error', () => {})
    idle.write('GET /_monitor/api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => app.status.viewers === 2)
    let ticks = 1
    while (app.status.viewers === 2 && ticks < 500) {
      app.status.tick(clock.now())
      ticks++
      await until(() => reader.events.length === ticks)
    }
    expect(app.status.viewers).toBe(1)
    const { self } = await app.json('/_monitor/api/snapshot')
    expect(self.limits.maxStreamBuffer.cut).toBe(1)
    idle.destroy()
  })

  it('ends for all at once on stop, and can begin again after start', async () => {
    await using app = await new StatusServer().listen()
    const viewers = await Promise.all(Array.from({ length: 10 }, () => view(app)))
    app.status.stop()
    await until(() => viewers.every(({ ended }) => ended))
    expect(app.status.viewers).toBe(0)
    expect((await app.get('/_monitor/api/stream')).status).toBe(503)
    app.status.start()
    expect((await view(app)).res.statusCode).toBe(200)
  })

  it('ends with the session that opened it: by signing out, and after its twelve hours', async () => {
    await using app = await new StatusServer({ access: { token: 's3cret' } }).listen()
    const signIn = async (): Promise<Record<string, string>> => {
      const { headers } = await app.send('POST', '/_monitor/session', {}, 'token=s3cret')
      return { cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '' }
    }
    const [one, other] = [await signIn(), await signIn()]
    const [leaving, staying] = [await view(app, one), await view(app, other)]
    const script = await view(app, { authorization: 'Bearer s3cret' })
    const origin = `http://localhost:${app.port}`
    expect((await app.send('POST', '/_monitor/logout', { ...one, origin })).status).toBe(303)
    await until(() => leaving.ended)
    app.status.tick(clock.now())
    await until(() => staying.events.length === 2)
    const twelveHours = Date.now() + 12 * 3600 * 1000
    vi.spyOn(Date, 'now').mockReturnValue(twelveHours)
    app.status.tick(clock.now())
    await until(() => staying.ended)
    vi.restoreAllMocks()
    expect(staying.events).toHaveLength(2)
    // The token itself has no end.
    await until(() => script.events.length === 3)
    expect([script.ended, app.status.viewers]).toEqual([false, 1])
  })

  it('that authorize let in ends after ten minutes, so that it is asked again', async () => {
    let asked = 0
    await using app = await new StatusServer({
      access: { authorize: () => ++asked > 0 },
    }).listen()
    const viewer = await view(app)
    await until(() => viewer.events.length === 1)
    const openedMs = clock.now()
    const now = vi.spyOn(clock, 'now').mockReturnValue(openedMs + 590_000)
    app.status.tick(openedMs)
    await until(() => viewer.events.length === 2)
    now.mockReturnValue(openedMs + 600_000)
    app.status.tick(openedMs)
    await until(() => viewer.ended)
    vi.restoreAllMocks()
    expect(viewer.events).toHaveLength(2)
    expect(asked).toBe(1)
    await view(app)
    expect(asked).toBe(2)
  })

  it('does not hold up server.close()', async () => {
    const app = await new StatusServer().listen()
    const viewers = await Promise.all(Array.from({ length: 10 }, () => view(app)))
    const began = performance.now()
    await new Promise((resolve) => app.server.close(resolve))
    expect(performance.now() - began).toBeLessThan(1000)
    await until(() => viewers.every(({ ended }) => ended))
    app.status.stop()
  })

  it('has one timer while somebody watches, which never keeps the process alive', async () => {
    await using app = await new StatusServer().listen()
    const set = vi.spyOn(globalThis, 'setInterval')
    const clear = vi.spyOn(globalThis, 'clearInterval')
    const viewers = await Promise.all([view(app), view(app)])
    expect(set).toHaveBeenCalledTimes(1)
    expect(set.mock.results[0]?.value.hasRef()).toBe(false)
    for (const { res } of viewers) res.destroy()
    await until(() => app.status.viewers === 0)
    expect(clear).toHaveBeenCalledTimes(1)
    vi.restoreAllMocks()
  })

  it('is headers only for HEAD', async () => {
    await using app = await new StatusServer().listen()
    const { status, body } = await app.send('HEAD', '/_monitor/api/stream')
    expect([status, body, app.status.viewers]).toEqual([200, '', 0])
  })

  it('works over HTTP/2, as all other answers do', async () => {
    await using app = await new StatusServer().listen()
    const server = createHttp2((req, res) => {
      if (!app.status.handle(req, res)) res.end('app')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const session = connectHttp2(`http://localhost:${port}`, {
      createConnection: () => connect(port, '127.0.0.1'),
    })
    const open = (path: string, headers: Record<string, string> = {}) => {
      const stream = session.request({ ':path': path, ...headers })
      const reply = { status: 0, text: '', ended: false, stream }
      stream.setEncoding('utf8').on('response', (head) => (reply.status = Number(head[':status'])))
      stream
        .on('data', (text: string) => (reply.text += text))
        .on('end', () => (reply.ended = true))
      return reply
    }
    const events = open('/_monitor/api/stream')
    await until(() => events.text.includes('id: 1\n'))
    app.status.tick(clock.now())
    await until(() => events.text.includes('id: 2\n'))
    const answers = [
      open('/_monitor/api/snapshot'),
      open('/_monitor/metrics'),
      open('/_monitor/', { accept: 'text/html' }),
      open('/_monitor/api/snapshot', { ':authority': 'evil.test' }),
      open('/_monitor/api/snapshot', { host: 'evil.test' }),
    ]
    await until(() => answers.every(({ ended }) => ended))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403, 403])
    const left = open('/_monitor/api/stream')
    await until(() => app.status.viewers === 2)
    left.stream.close()
    await until(() => app.status.viewers === 1)
    app.status.stop()
    await until(() => events.ended)
    session.destroy()
    await new Promise((resolve) => server.close(resolve))
    expect(app.log).toHaveLength(1)
  })
})
