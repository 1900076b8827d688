/** What a monitor watches besides requests; each can be turned on and off while an app runs. */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { createMtaio } from '@mtaio/express'

const observer = new PerformanceObserver(() => {})
const delay = monitorEventLoopDelay({ resolution: 20 })
const { monitor } = createMtaio()

export const watchers = {
  nothing: { start() {}, stop() {} },
  collections: {
    start: () => observer.observe({ entryTypes: ['gc'] }),
    stop: () => observer.disconnect(),
  },
  'event loop': { start: () => delay.enable(), stop: () => delay.disable() },
  monitor: { start: () => monitor.start(), stop: () => monitor.stop() },
}
