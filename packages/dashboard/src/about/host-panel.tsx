import type { JSX } from 'preact'
import type { Snapshot } from '@core/status/api-types.ts'
import { bytes } from '../format/bytes.ts'
import { longDuration } from '../format/duration.ts'
import { digits, plural } from '../format/number.ts'
import { date } from '../format/time.ts'
import { snapshot } from '../state/live.ts'

/** What the process runs on; folded, since it does not change. */
export function HostPanel(): JSX.Element | null {
  const current = snapshot.value
  if (current === null) return null
  const facts = factsOf(current).filter(([, value]) => value !== null)
  return (
    <details class="card fold" id="host">
      <summary>
        <h2>Host</h2>
        <small>
          {current.process.hostname} · {current.process.platform} {current.process.arch}
        </small>
      </summary>
      <dl class="facts-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function factsOf({ app, process, stats }: Snapshot): readonly (readonly [string, string | null])[] {
  const { host } = process
  const load = stats.cpu.loadAverage
  return [
    ['App', [app.name, app.version, app.environment].filter(Boolean).join(' ')],
    ['Host name', process.hostname],
    ['Operating system', host?.os ?? null],
    ['Kernel', host?.kernel ?? null],
    ['Platform', `${process.platform} ${process.arch}`],
    ['Virtualization', host?.virtualization ?? null],
    ['CPU', host?.cpuModel ?? null],
    ['Cores', host?.cpuCores == null ? null : String(host.cpuCores)],
    ['CPU limit', host?.cpuLimit == null ? null : plural(host.cpuLimit, 'core')],
    ['Memory limit', host?.memoryLimit == null ? null : bytes(host.memoryLimit)],
    ['Memory', stats.memory.total === null ? null : bytes(stats.memory.total)],
    ['Load average', load === null ? null : load.map(digits).join(' · ')],
    ['Node', process.nodeVersion],
    ['Process', `pid ${process.pid}, since ${date(process.startTime)}`],
    ['Uptime', longDuration(process.uptime)],
  ]
}
