/** The Markdown report of one run. */
import { SLICE_REQUESTS, STEADY } from './slices.js'
import { summarize, summarizePaired } from './summary.js'
import { variants } from './variants/index.js'

const titles = { express: 'Express', koa: 'Koa', fastify: 'Fastify' }
const microseconds = (value) => value.toFixed(2)
const EXTRA_HEAD = ['extra µs', 'quartiles', 'by generation']

/** @param notes what a person has to say about the figures, in Markdown */
export function renderReport(results, notes) {
  const cells = results.slices.map((cell) => ({ ...cell, figures: summarize(cell.slices) }))
  const main = cells.filter((cell) => cell.node === results.mainNode)
  return [
    '# Performance',
    'What mtaio and others cost per request, measured by `bench/` in one run. This file is generated.',
    results.generations > 1 ? goals(main) : '',
    notes.trim(),
    ...main.map((cell) => sliceSection(cell, results)),
    pairedSection(results),
    versionsSection(cells, results),
    loopbackSection(results),
    failuresSection(cells),
    methodSection(results),
    machineSection(results),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
    .concat('\n')
}

/** The project's own goals, checked against the figures; a slip of one generation decides none. */
function goals(cells) {
  const rows = []
  for (const { framework, figures } of cells) {
    const mtaio = figures.get('mtaio')
    if (mtaio === undefined) continue
    const limits = [
      ['at most 0.8 µs', 0.8],
      ['at most half of prom-client by hand', figures.get('prom-client')?.extra / 2],
      ['at most a thirtieth of OpenTelemetry', figures.get('opentelemetry')?.extra / 30],
    ]
    for (const [goal, limit] of limits) {
      if (Number.isNaN(limit)) continue
      rows.push([
        titles[framework],
        goal,
        ...[limit, mtaio.extra].map(microseconds),
        verdict(mtaio, limit),
      ])
    }
  }
  if (rows.length === 0) return ''
  return ['## Goals', '', table(['', 'goal', 'limit, µs', 'mtaio, µs', ''], rows)].join('\n')
}

function verdict({ extra, leastGeneration, mostGeneration }, limit) {
  if (mostGeneration <= limit) return 'reached'
  if (leastGeneration > limit) return `**missed** by ${microseconds(extra - limit)} µs`
  return extra <= limit ? 'reached, not in every generation' : '**missed**, not in every generation'
}

function sliceSection({ framework, nodeVersion, figures }, { versions }) {
  const rows = known(figures).map(({ name, label, package: peer }) => {
    const figure = figures.get(name)
    const { extra, quiet, idle, slices } = figure
    const version = peer === undefined ? '' : ` ${versions[peer]}`
    if (extra === undefined) return [label, '', '', '', microseconds(quiet), '', slices]
    return [
      label + version,
      ...extraCells(figure),
      microseconds(quiet),
      `${idle.toFixed(2)} %`,
      slices,
    ]
  })
  const head = ['', ...EXTRA_HEAD, 'request, µs', 'idle', 'slices']
  const title = `## ${titles[framework]} ${versions[framework]} on Node ${nodeVersion}`
  return [title, '', table(head, rows)].join('\n')
}

function extraCells({ extra, lower, upper, leastGeneration, mostGeneration }) {
  return [
    microseconds(extra),
    `${microseconds(lower)} … ${microseconds(upper)}`,
    `${microseconds(leastGeneration)} … ${microseconds(mostGeneration)}`,
  ]
}

/** What a variant's code costs, turned on and off in one process. */
function pairedSection({ paired, nodes, mainNode }) {
  if (paired.length === 0) return ''
  const rows = paired.flatMap(({ framework, slices }) => {
    const figures = summarizePaired(slices)
    return known(figures).map(({ name, label }) => [
      titles[framework],
      label,
      ...extraCells(figures.get(name)),
    ])
  })
  const { version } = nodes.find(({ major }) => major === mainNode)
  const text =
    'The middleware or the hooks of a variant turned on and off in one process, slice by slice: the ' +
    'code that runs for a request and nothing else. One more link in the chain, and what is watched ' +
    'in the background, is on both sides.'
  const head = ['', '', ...EXTRA_HEAD]
  const title = `## On the path of a request alone, on Node ${version}`
  return [title, '', text, '', table(head, rows)].join('\n')
}

/** Extra µs per request of every variant over the Node versions. */
function versionsSection(cells, { nodes, mainNode }) {
  if (nodes.length < 2) return ''
  const sections = [...new Set(cells.map((cell) => cell.framework))].map((framework) => {
    const own = cells.filter((cell) => cell.framework === framework)
    const names = known(own.find((cell) => cell.node === mainNode).figures)
    const rows = names.slice(1).map(({ name, label }) => {
      const extras = own.map(({ figures }) => figures.get(name)?.extra)
      return [label, ...extras.map((extra) => (extra === undefined ? '–' : microseconds(extra)))]
    })
    const bare = own.map(({ figures }) => microseconds(figures.get('bare').quiet))
    const head = [titles[framework], ...own.map((cell) => `Node ${cell.nodeVersion}`)]
    return table(head, [['a whole request, bare', ...bare], ...rows])
  })
  return ['## Over the versions of Node', 'Extra µs per request.', ...sections].join('\n\n')
}

function loopbackSection({ loopback, loopbackMissing, versions }) {
  const title = '## Over loopback'
  if (loopbackMissing !== null) return `${title}\n\nNot measured: ${loopbackMissing}.`
  const sections = loopback.map(({ framework, nodeVersion, results }) => {
    const rows = known(new Map(results.map((r) => [r.name, r]))).map(({ name, label }) => {
      const { perSecond, p50, p99, heapUsed, rss } = results.find((r) => r.name === name)
      return [
        label,
        perSecond.toFixed(0),
        p50.toFixed(2),
        p99.toFixed(2),
        (heapUsed / 1024 ** 2).toFixed(1),
        (rss / 1024 ** 2).toFixed(0),
      ]
    })
    const head = ['', 'requests/s', 'p50, ms', 'p99, ms', 'heap, MiB', 'RSS, MiB']
    const title = `${titles[framework]} ${versions[framework]} on Node ${nodeVersion}`
    return [`### ${title}`, '', table(head, rows)].join('\n')
  })
  const text =
    'wrk with 32 connections, one core for it and one for the app, which is saturated: latency is ' +
    'that of a full queue. The median of three rounds in random order; memory after at least ' +
    '200,000 requests and a collection. Rows that differ by less than bare from bare do not differ.'
  return [title, text, ...sections].join('\n\n')
}

function failuresSection(cells) {
  const lines = cells.flatMap(({ framework, nodeVersion, failures }) =>
    Object.entries(failures).map(
      ([name, message]) =>
        `- ${name} on ${titles[framework]}, Node ${nodeVersion}: ${message.split('\n')[0]}`,
    ),
  )
  return lines.length === 0 ? '' : ['## What did not work', '', ...lines].join('\n')
}

function methodSection({ seconds, generations }) {
  return `## Method

Each app has one route with a parameter, whose handler awaits three times and answers JSON of about
60 bytes. Each variant runs in a process of its own, and all of them stay up. Requests enter by
\`server.emit('connection', socket)\` on 16 sockets in memory, so that no network is in the figures.
Processes are loaded in turn, in slices of ${SLICE_REQUESTS} requests in a random order, with a slice of bare
after every second one, and collect their young generation at the end of each. A figure is the CPU time of the whole process, from \`process.cpuUsage()\`.
Each variant must have recorded every request that was sent, else it is named under "What did not
work".

- **extra µs**: CPU per request over the bare slices on both sides. It is taken as a ratio and
  multiplied by the quiet level of bare, since the machine has faster and slower spells. The median
  over all slices, and their quartiles.
- **by generation**: all processes were started anew ${generations} times; the lowest and the highest median.
  How a process happened to be compiled stays with it, so this is the honest width of a figure.
- **request, µs**: the quiet level (lower quartile) of a whole request.
- **idle**: CPU of one core used between the slices, over that of bare: timers, ticks, samplers.

Each framework and version of Node was measured for ${seconds} s. Node ran with
\`${STEADY.join(' ')}\`.

To repeat it: \`pnpm --filter @mtaio/bench run bench\`; see bench/README.md.`
}

function machineSection({ machine, nodes, versions }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `## Machine and versions

${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system};
load average at the start ${machine.loadAtStart.toFixed(2)}. Node ${nodes.map((n) => n.version).join(', ')}.
${packages.join(', ')}.`
}

function known(figures) {
  return variants.filter(({ name }) => figures.has(name))
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((text, i) => (i === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
