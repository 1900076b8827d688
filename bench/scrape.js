/**
 * What a scrape costs the app: 3,000 series of each kind, rendered by mtaio and by prom-client from
 * the same values, each in a process of its own. Figures are CPU time, of the quietest of many runs.
 * mtaio runs from its sources, since what renders is not among what it exports: Node 24 can.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findNode } from './nodes.js'
import { tools } from './scrape-tools.js'

const KINDS = { histogram: 'latencies', own: 'own metrics' }

const { values: flags } = parseArgs({
  options: {
    series: { type: 'string', default: '3000' },
    runs: { type: 'string', default: '20' },
    // Set by the parent: what this process measures.
    tool: { type: 'string' },
    kind: { type: 'string' },
  },
})
const series = Number(flags.series)
const runs = Number(flags.runs)

if (flags.tool === undefined) await printAll(findNode(24))
else process.send(await measure(flags.tool, flags.kind))

async function printAll({ file, version }) {
  console.log(`${series} series, Node ${version}, the quietest of ${runs} runs\n`)
  console.log('| series      | by          | CPU ms | longest block ms | again ms |    kB |')
  console.log('| ----------- | ----------- | -----: | ---------------: | -------: | ----: |')
  for (const [kind, label] of Object.entries(KINDS)) {
    for (const tool of Object.keys(tools)) {
      const figures = await inProcess(file, tool, kind)
      const cells = [
        label.padEnd(11),
        tool.padEnd(11),
        figures.cpuMs.toFixed(1).padStart(6),
        figures.blockMs.toFixed(2).padStart(16),
        figures.againMs.toFixed(2).padStart(8),
        (figures.bytes / 1024).toFixed(0).padStart(5),
      ]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
}

async function inProcess(execPath, tool, kind) {
  const child = fork(
    fileURLToPath(import.meta.url),
    [...process.argv.slice(2), '--tool', tool, '--kind', kind],
    { execPath, execArgv: ['--expose-gc', '--conditions=@mtaio/source'] },
  )
  const [figures] = await once(child, 'message')
  return figures
}

async function measure(tool, kind) {
  const { render, touch } = await tools[tool](kind, series)
  const best = { cpuMs: Infinity, blockMs: Infinity, againMs: Infinity, bytes: 0 }
  for (let run = 0; run < runs; run++) {
    // Without a new value the last rendering would be shown again.
    touch()
    globalThis.gc()
    const fresh = await watched(render)
    best.cpuMs = Math.min(best.cpuMs, fresh.cpuMs)
    best.blockMs = Math.min(best.blockMs, fresh.blockMs)
    best.bytes = fresh.bytes
    best.againMs = Math.min(best.againMs, (await watched(render)).cpuMs)
  }
  return best
}

/**
 * Renders, and sees what each turn of the event loop takes meanwhile. It is told in CPU time, since
 * a core that is shared would be counted as a turn that takes long.
 */
async function watched(render) {
  let blockMs = 0
  let last = cpuMs()
  let isDone = false
  const watch = () => {
    const now = cpuMs()
    blockMs = Math.max(blockMs, now - last)
    last = now
    if (!isDone) setImmediate(watch)
  }
  setImmediate(watch)
  const began = cpuMs()
  const bytes = await render()
  const tookMs = cpuMs() - began
  await new Promise((resolve) => setImmediate(resolve))
  isDone = true
  return { bytes, blockMs, cpuMs: tookMs }
}

/** Of all threads: those that help to collect garbage are in it. */
function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
