import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { OperationRow, ProfileDocument } from '@core/status/api-types.ts'
import { signedBytes } from '../format/bytes.ts'
import { duration, longDuration } from '../format/duration.ts'
import { count, percent, plural } from '../format/number.ts'
import { snapshot } from '../state/live.ts'
import { go, place } from '../state/navigation.ts'
import { profile, profileInView } from '../state/profile.ts'
import { Empty } from '../ui/empty.tsx'
import { useInView } from '../ui/in-view.ts'
import { FEW_ROWS, MoreRows, RowsTable } from '../ui/rows-table.tsx'
import type { SortColumn } from '../ui/sort-header.tsx'
import { sortOperations } from './order.ts'

const FEW_SAMPLES = 100
const all = signal(false)

const COLUMNS: readonly SortColumn[] = [
  {
    by: 'name',
    text: 'Operation',
    hint: 'The name that was given',
    class: 'route',
    ascending: true,
  },
  { by: 'callCount', text: 'calls', hint: 'Since the start or the last reset' },
  { by: 'avgTime', text: 'mean', hint: 'Mean time of a call' },
  { by: 'p95', text: 'p95', hint: '95 of 100 calls were faster' },
  { by: 'p99', text: 'p99', hint: '99 of 100 calls were faster; faint below 100 calls' },
  {
    by: 'memoryAvg',
    text: 'memory',
    hint: 'Mean change of the memory of the whole process during a call',
    class: 'max',
  },
  { by: 'totalTime', text: 'total', hint: 'Time of all calls together', class: 'share' },
]

/** The operations that the app named, by what they cost. */
export function ProfilerPanel(): JSX.Element {
  const element = useInView(profileInView)
  const answer = profile.value
  const document = answer?.data ?? null
  return (
    <section class="card panel" id="profiler" aria-labelledby="profiler-title" ref={element}>
      <header>
        <h2 id="profiler-title">Profiler</h2>
        <small>{document !== null && document.operations.length > 0 && subtitle(document)}</small>
      </header>
      {document === null && (
        <Empty>
          {answer?.error == null
            ? 'Reading the operations…'
            : `The operations could not be read: ${answer.error.message}`}
        </Empty>
      )}
      {document?.operations.length === 0 && (
        <Empty code={"await mtaio.profiler.traceContext('load orders', () => db.orders(id))"}>
          No operation was profiled yet. Name one, and its calls, times and memory are counted here:
        </Empty>
      )}
      {document !== null && document.operations.length > 0 && <Operations document={document} />}
    </section>
  )
}

function subtitle({ operations, startTime }: ProfileDocument): string {
  const now = snapshot.value?.stats.timestamp ?? startTime
  return `${plural(operations.length, 'operation')} · for ${longDuration(now - startTime)} · memory is of the whole process`
}

function Operations({ document }: { document: ProfileDocument }): JSX.Element {
  const { profileSort } = place.value
  const sorted = sortOperations(document.operations, profileSort)
  const most = Math.max(...document.operations.map((row) => row.totalTime), 1e-9)
  const shown = all.value ? sorted : sorted.slice(0, FEW_ROWS)
  return (
    <>
      <RowsTable
        class="operations"
        columns={COLUMNS}
        sort={profileSort}
        onSort={(next) => go({ profileSort: next })}
      >
        {shown.map((row) => (
          <Operation key={row.name} row={row} most={most} />
        ))}
      </RowsTable>
      <MoreRows all={all} count={sorted.length} what="operations" />
    </>
  )
}

function Operation({ row, most }: { row: OperationRow; most: number }): JSX.Element {
  const few = row.callCount < FEW_SAMPLES
  return (
    <tr role="row" class="line">
      <td role="cell" class="route">
        <div class="route-cell">
          <span class="route-name pattern" title={row.name}>
            {row.name}
          </span>
          {row.errorCount > 0 && (
            <span class="badge bad" title={`${plural(row.errorCount, 'call')} failed`}>
              {percent((row.errorCount / row.callCount) * 100)} failed
            </span>
          )}
        </div>
      </td>
      <td role="cell">{count(row.callCount)}</td>
      <td role="cell">{duration(row.callCount === 0 ? null : row.avgTime)}</td>
      <td role="cell">{duration(row.p95)}</td>
      <td
        role="cell"
        class={few ? 'few' : undefined}
        title={`of ${plural(row.callCount, 'sample')}`}
      >
        {duration(row.p99)}
      </td>
      <td role="cell" class="max">
        {signedBytes(row.memoryAvg)}
      </td>
      <td role="cell" class="share">
        <span>{duration(row.totalTime)}</span>
        <span class="share-bar" aria-hidden="true">
          <i style={{ width: `${(row.totalTime / most) * 100}%` }} />
        </span>
      </td>
    </tr>
  )
}
