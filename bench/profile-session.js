import { Session } from 'node:inspector/promises'

/** Runs `work` under V8's sampling profiler (`cpu` or `heap`) and returns self figures by frame. */
export async function profile(kind, work, requests) {
  const session = new Session()
  session.connect()
  const frames = await (kind === 'heap' ? sampleHeap : sampleCpu)(session, work)
  session.disconnect()
  return { requests, frames }
}

async function sampleCpu(session, work) {
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await session.post('Profiler.start')
  await work()
  const { profile } = await session.post('Profiler.stop')
  const self = new Map(profile.nodes.map((node) => [node.id, 0]))
  profile.samples.forEach((id, i) => self.set(id, self.get(id) + profile.timeDeltas[i]))
  return sum(profile.nodes.map((node) => [node.callFrame, self.get(node.id)]))
}

async function sampleHeap(session, work) {
  await session.post('HeapProfiler.enable')
  // What has been collected meanwhile counts too: the cost is that it was allocated.
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 4096,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  await work()
  const { profile } = await session.post('HeapProfiler.stopSampling')
  const entries = []
  const visit = (node) => {
    entries.push([node.callFrame, node.selfSize])
    node.children.forEach(visit)
  }
  visit(profile.head)
  return sum(entries)
}

/** What the profiler and waiting take. */
function isOverhead({ name, url }) {
  return url === 'node:inspector' || name === '(idle)' || name === '(program)'
}

/** One row per function: its name, file, line and the sum of its figures, the largest first. */
function sum(entries) {
  const rows = new Map()
  for (const [{ functionName, url, lineNumber }, value] of entries) {
    const key = `${functionName} ${url}:${lineNumber}`
    const row = rows.get(key) ?? { name: functionName, url, line: lineNumber + 1, value: 0 }
    row.value += value
    rows.set(key, row)
  }
  return [...rows.values()]
    .filter((row) => row.value > 0 && !isOverhead(row))
    .sort((a, b) => b.value - a.value)
}
