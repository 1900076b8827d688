/**
 * Where a variant spends what it costs, by function: `--kind` cpu (µs per request), heap (bytes
 * allocated per request) or deopt (what V8 compiled in vain after the warm-up). Figures are self
 * figures less those of the same function in bare, so what a variant causes inside Node shows too.
 */
import { parseArgs } from 'node:util'
import { AppHandle } from './app-handle.js'
import { findNode } from './nodes.js'

const { values: flags } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    framework: { type: 'string', default: 'express' },
    variant: { type: 'string', default: 'mtaio' },
    kind: { type: 'string', default: 'cpu' },
    requests: { type: 'string', default: '100000' },
    top: { type: 'string', default: '30' },
  },
})

const WARM_UP_REQUESTS = 20_000
// mtaio decides at its tick whether the async context is needed; measure what it settles on.
const SETTLE_MS = 2500
const TURNS = 10

const node = findNode(Number(flags.node))
const requests = Number(flags.requests)
const top = Number(flags.top)
console.log(`${flags.variant} on ${flags.framework}, Node ${node.version}, ${requests} requests\n`)

if (flags.kind === 'deopt') await printDeopts()
else await printProfile()

async function printProfile() {
  const unit = flags.kind === 'heap' ? 'B' : 'µs'
  const rows = difference(...(await framesOf([flags.variant, 'bare'])))
  for (const { extra, name, url, line } of rows.slice(0, top)) {
    const place = url === '' ? '' : `  ${shorten(url)}:${line}`
    console.log(`${figure(extra)} ${unit}  ${name || '(anonymous)'}${place}`)
  }
  const places = new Map()
  for (const { extra, url } of rows) {
    places.set(placeOf(url), (places.get(placeOf(url)) ?? 0) + extra)
  }
  console.log('\nBy place:')
  for (const [place, extra] of [...places].sort((a, b) => b[1] - a[1])) {
    console.log(`${figure(extra)} ${unit}  ${place}`)
  }
}

/** The frames of both, each with what it costs more per request than in bare; most first. */
function difference(own, bare) {
  const rows = new Map()
  const add = (frame, value) => {
    const row = rows.get(keyOf(frame)) ?? { ...frame, extra: 0 }
    row.extra += value
    rows.set(keyOf(frame), row)
  }
  for (const frame of own) add(frame, frame.value)
  for (const frame of bare) add(frame, -frame.value)
  return [...rows.values()]
    .map((row) => ({ ...row, extra: row.extra / requests }))
    .sort((a, b) => b.extra - a.extra)
}

/** In turns, so that a slow spell of the machine falls on both. */
async function framesOf(names) {
  const apps = []
  for (const name of names) apps.push({ app: await warmApp([], name), frames: [] })
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { app, frames } of apps) {
      const part = { requests: requests / TURNS, kind: flags.kind }
      frames.push(...(await app.ask('profile', part)).frames)
    }
  }
  await Promise.all(apps.map(({ app }) => app.stop()))
  return apps.map(({ frames }) => frames)
}

async function printDeopts() {
  let output = ''
  const app = await warmApp(['--trace-deopt'], flags.variant, (text) => (output += text))
  output = ''
  await app.ask('load', { requests })
  await app.stop()
  const counts = new Map()
  for (const [, kind, , reason, name] of output.matchAll(
    /\[bailout \(kind: ([\w-]+)(, reason: ([^)]*))?\).*?<JSFunction (\S*)/g,
  )) {
    const key = `${name || '(anonymous)'}: ${kind}, ${reason ?? 'no reason given'}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const [key, count] of [...counts].sort((a, b) => b[1] - a[1]).slice(0, top)) {
    console.log(`${String(count).padStart(6)}  ${key}`)
  }
  if (counts.size === 0) console.log('No deoptimization after the warm-up.')
}

async function warmApp(v8Flags, variant, { onOutput }) {
  const app = await AppHandle.start([node.file, ...v8Flags], flags.framework, variant, { onOutput })
  await app.ask('load', { requests: WARM_UP_REQUESTS })
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  await app.ask('load', { requests: WARM_UP_REQUESTS })
  return app
}

function keyOf({ name, url, line }) {
  return `${name} ${url}:${line}`
}

function figure(value) {
  return value.toFixed(3).padStart(10)
}

function shorten(url) {
  return url.replace(/^.*\/(?=(packages|bench)\/)/, '').replace(/^.*\/node_modules\//, '')
}

function placeOf(url) {
  if (url === '') return 'V8 and native code'
  if (url.startsWith('node:')) return 'Node'
  const [first, second] = shorten(url).split('/')
  return first.startsWith('@') || first === 'packages' ? `${first}/${second}` : first
}
