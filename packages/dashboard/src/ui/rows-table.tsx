import type { Signal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import type { Sort } from '../state/place.ts'
import type { SortColumn } from './sort-header.tsx'
import { SortHeader } from './sort-header.tsx'

/** So many rows are shown of a long table, until somebody asks for all. */
export const FEW_ROWS = 10

interface RowsTableProps {
  readonly class?: string
  readonly columns: readonly SortColumn[]
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
  /** A press anywhere in the rows. */
  readonly onPress?: (event: MouseEvent) => void
  readonly children: ComponentChildren
}

/** A table that is sorted by its heads; on a phone each row becomes two lines. */
export function RowsTable(props: RowsTableProps): JSX.Element {
  const { class: name, columns, sort, onSort, onPress, children } = props
  return (
    <table class={name === undefined ? 'table rows' : `table rows ${name}`} role="table">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <SortHeader key={column.by} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" onClick={onPress}>
        {children}
      </tbody>
    </table>
  )
}

/** Shows all rows, or few again; nothing where there are few. */
export function MoreRows({
  all,
  count,
  what,
}: {
  all: Signal<boolean>
  count: number
  what: string
}): JSX.Element | null {
  if (count <= FEW_ROWS) return null
  return (
    <button type="button" class="more" onClick={() => (all.value = !all.value)}>
      {all.value ? 'Show fewer' : `Show all ${count} ${what}`}
    </button>
  )
}
