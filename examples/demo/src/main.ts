import { fork } from 'node:child_process'
import { once } from 'node:events'
import { watchEventLoop, type DemoApp } from './app.ts'
import { expressApp } from './apps/express.ts'
import { fastifyApp } from './apps/fastify.ts'
import { koaApp } from './apps/koa.ts'
import { runBackgroundTask } from './background-task.ts'

const apps: Readonly<Record<string, () => DemoApp | Promise<DemoApp>>> = {
  express: expressApp,
  koa: koaApp,
  fastify: fastifyApp,
}

const framework = process.env['FRAMEWORK'] ?? 'express'
const create = Object.hasOwn(apps, framework) ? apps[framework] : undefined
const port = Number(process.env['PORT'] ?? 3000)
if (!create) {
  console.error(`FRAMEWORK must be express, koa or fastify, not ${JSON.stringify(framework)}.`)
  process.exit(1)
}
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`PORT must be a port number, not ${JSON.stringify(process.env['PORT'])}.`)
  process.exit(1)
}

const app = await create()
const listening = await app.listen(port).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(`Port ${port} is taken. Choose another one: PORT=3001 npm start`)
  process.exit(1)
})

watchEventLoop(app.mtaio)

const told = new Set<string>()
app.mtaio.monitor.onThresholdExceeded((metric, value, threshold, alert) => {
  // Called once an interval while it lasts; once is enough here.
  if (told.has(alert.id)) return
  told.add(alert.id)
  console.log(`alert: ${metric} is ${Number(value.toPrecision(3))}, above ${threshold}`)
})

const stopping = new AbortController()
const task = runBackgroundTask(app.mtaio.monitor, stopping.signal)
const traffic = fork(new URL('./traffic-process.js', import.meta.url), [String(listening)])

console.log(`A shop on ${framework}, under traffic until Ctrl-C.`)
console.log(`Open http://127.0.0.1:${listening}/_monitor`)

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
console.log('Ending.')
stopping.abort()
traffic.kill()
await Promise.all([task, app.close()])
