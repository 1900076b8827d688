import type { JSX } from 'preact'
import type { Snapshot } from '@core/status/api-types.ts'
import { bytes } from '../format/bytes.ts'
import { duration } from '../format/duration.ts'
import { digits, NONE, percent, plural } from '../format/number.ts'
import { snapshot } from '../state/live.ts'
import { CPU, DISK, GC, HEAP, LOOP_DELAY, LOOP_USE, MEMORY, RSS } from './definitions.ts'
import { FigureCard } from './figure-card.tsx'

const HEIGHT = 76

/** What the process and its machine do. */
export function RuntimeFigures(): JSX.Element {
  const current = snapshot.value
  const say = (text: (current: Snapshot) => string): string =>
    current === null ? '' : text(current)
  return (
    <section class="cards compact" aria-label="Runtime in figures">
      <FigureCard figure={CPU} height={HEIGHT} after={cores(current)}>
        {say(({ runtime, stats }) =>
          [
            `process ${percent(runtime.processCpuPercent)} of a core`,
            stats.cpu.loadAverage && `load ${digits(stats.cpu.loadAverage[0])}`,
          ]
            .filter(Boolean)
            .join(' · '),
        )}
      </FigureCard>
      <FigureCard figure={LOOP_USE} height={HEIGHT}>
        {say(({ stats }) =>
          stats.cpu.threadCount === null ? '' : plural(stats.cpu.threadCount, 'thread'),
        )}
      </FigureCard>
      <FigureCard figure={LOOP_DELAY} height={HEIGHT} after="p99">
        {say(({ runtime: { eventLoopDelay: delay } }) =>
          delay.max === null
            ? 'nothing measured'
            : `p50 ${duration(delay.p50)} · max ${duration(delay.max)}`,
        )}
      </FigureCard>
      <FigureCard figure={GC} height={HEIGHT} after="of the time">
        {say(
          ({ runtime: { gc } }) =>
            `${plural(gc.count, 'run')}, ${duration(gc.time)} · ${gc.byKind.major.count} major`,
        )}
      </FigureCard>
      <FigureCard figure={HEAP} height={HEIGHT} after={heapLimit(current)}>
        {say(
          ({ runtime: { heap } }) =>
            `${percent((heap.used / heap.limit) * 100)} of the limit · ${bytes(heap.total)} reserved`,
        )}
      </FigureCard>
      <FigureCard figure={RSS} height={HEIGHT}>
        {say(({ runtime }) => `${bytes(runtime.external)} of buffers`)}
      </FigureCard>
      <FigureCard figure={MEMORY} height={HEIGHT}>
        {say(({ stats: { memory } }) =>
          memory.used === null ? NONE : `${bytes(memory.used)} of ${bytes(memory.total)}`,
        )}
      </FigureCard>
      <FigureCard figure={DISK} height={HEIGHT} after="written">
        {say(({ stats: { io } }) =>
          io.readCount === null
            ? NONE
            : `${bytes(io.readBytes)} read · ${plural(io.writeCount ?? 0, 'write')}`,
        )}
      </FigureCard>
    </section>
  )
}

function cores(current: Snapshot | null): string {
  const host = current?.process.host
  const limit = host?.cpuLimit ?? host?.cpuCores ?? null
  return limit === null ? '' : `of ${plural(limit, 'core')}`
}

function heapLimit(current: Snapshot | null): string {
  return current === null ? '' : `of ${bytes(current.runtime.heap.limit)}`
}
