// A script with nothing else to do than what it awaits: node script-process.mjs <what> <source>

import { ResourceMonitor } from '@mtaio/core'

const [what, source] = process.argv.slice(2)
const monitor = new ResourceMonitor({ source: /** @type {'procfs'} */ (source) })

const asked = {
  stats: async () => (await monitor.getCurrentStats()).cpu.usagePercent,
  metric: () => monitor.getMetric('memory_usage'),
  host: async () => (await monitor.hostFacts())?.os,
  // Nobody awaits anything after the start: it ends by itself.
  started: async () => {
    await monitor.start()
    return 'started'
  },
}

console.log(await asked[/** @type {keyof typeof asked} */ (what)]())
