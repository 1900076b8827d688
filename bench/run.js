/**
 * The bench: measures, keeps the raw figures in .results/ and writes the report.
 * See README.md for the flags.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measureLoopback, loopbackMissing } from './loopback.js'
import { describeMachine, versionOf } from './machine.js'
import { findNode } from './nodes.js'
import { measurePaired } from './paired.js'
import { renderReport } from './report.js'
import { measureSlices } from './slices.js'
import { variants, variantsOf } from './variants/index.js'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    node: { type: 'string', default: '' },
    framework: { type: 'string', default: '' },
    variant: { type: 'string', default: '' },
    seconds: { type: 'string', default: '' },
    generations: { type: 'string', default: '' },
    mode: { type: 'string', default: '' },
    'report-only': { type: 'boolean', default: false },
  },
})

const MAIN_NODE = 24
const list = (text, all) => (text === '' ? all : text.split(','))
const inFolder = (path) => new URL(path, import.meta.url)
const resultsFile = inFolder('.results/results.json')
// Only what was measured whole is published; a narrower run is for the eyes of who started it.
// The report says when a mode was left out.
const narrowing = [flags.node, flags.framework, flags.variant]
const whole = !flags.quick && narrowing.every((flag) => flag === '')

const results = flags['report-only']
  ? JSON.parse(readFileSync(resultsFile, 'utf8'))
  : await measure()
const notes = readFileSync(inFolder('notes.md'), 'utf8')
const reportFile = inFolder(results.whole ? '../docs/performance.md' : '.results/report.md')
writeFileSync(reportFile, renderReport(results, notes))
console.log(`Report: ${reportFile.pathname}`)

async function measure() {
  const majors = list(flags.node, flags.quick ? [MAIN_NODE] : [MAIN_NODE, 20, 22, 26]).map(Number)
  const frameworks = list(flags.framework, ['express', 'koa', 'fastify'])
  const wanted = list(
    flags.variant,
    variants.map((v) => v.name),
  ).concat('bare', 'bare-again')
  const modes = list(flags.mode, flags.quick ? ['slices'] : ['slices', 'paired', 'loopback'])
  const seconds = Number(flags.seconds || (flags.quick ? 40 : 120))
  const generations = Number(flags.generations || (flags.quick ? 1 : 4))
  const mainNode = majors.includes(MAIN_NODE) ? MAIN_NODE : majors[0]
  const missing = modes.includes('loopback') ? loopbackMissing() : 'it was not asked for'

  const found = {
    whole,
    mainNode,
    machine: describeMachine(),
    versions: readVersions(frameworks),
    nodes: majors.map(findNode),
    seconds,
    generations,
    slices: [],
    paired: [],
    loopback: [],
    loopbackMissing: missing,
  }
  for (const node of found.nodes) {
    for (const framework of frameworks) {
      const chosen = variantsOf(framework).filter((v) => wanted.includes(v.name))
      const cell = { framework, node: node.major, nodeVersion: node.version }
      const setup = { node: node.file, framework, variants: chosen, seconds, generations }
      if (modes.includes('slices')) {
        console.log(`Node ${node.version}, ${framework}: slices for ${seconds} s`)
        found.slices.push({ ...cell, ...(await measureSlices(setup)) })
        save(found)
      }
      if (modes.includes('paired') && node.major === mainNode) {
        console.log(`Node ${node.version}, ${framework}: on and off for ${seconds} s`)
        found.paired.push({ ...cell, slices: await measurePaired(setup) })
        save(found)
      }
      if (missing === null && node.major === mainNode) {
        console.log(`Node ${node.version}, ${framework}: loopback`)
        found.loopback.push({ ...cell, results: await measureLoopback(setup) })
        save(found)
      }
    }
  }
  return found
}

function readVersions(frameworks) {
  const peers = variants.flatMap((v) => v.package ?? [])
  const own = frameworks.map((framework) => `@mtaio/${framework}`)
  const names = [...frameworks, ...own, ...peers]
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]))
}

function save(found) {
  mkdirSync(inFolder('.results'), { recursive: true })
  writeFileSync(resultsFile, JSON.stringify(found))
}
