import type { JSX } from 'preact'
import { HostPanel } from './about/host-panel.tsx'
import { SelfPanel } from './about/self-panel.tsx'
import { Bar } from './bar/bar.tsx'
import { Help } from './bar/help.tsx'
import { FigureTable } from './figures/figure-table.tsx'
import { RequestFigures } from './figures/request-figures.tsx'
import { RuntimeFigures } from './figures/runtime-figures.tsx'
import { MetricsPanel } from './metrics/metrics-panel.tsx'
import { ProfilerPanel } from './profiler/profiler-panel.tsx'
import { RequestPanel } from './request/request-panel.tsx'
import { RequestsPanel } from './requests/requests-panel.tsx'
import { RoutesPanel } from './routes/routes-panel.tsx'
import { Voice } from './ui/say.tsx'
import { Verdict } from './verdict/verdict.tsx'

/** The whole page, in the order in which it is read. */
export function App(): JSX.Element {
  return (
    <>
      <Bar />
      <main>
        <Verdict />
        <RequestFigures />
        <RuntimeFigures />
        <div class="panels">
          <RoutesPanel />
          <RequestsPanel />
          <RequestPanel />
          <ProfilerPanel />
          <MetricsPanel />
        </div>
        <HostPanel />
        <SelfPanel />
      </main>
      <Voice />
      <Help />
      <FigureTable />
    </>
  )
}
