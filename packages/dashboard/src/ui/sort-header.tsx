import type { JSX } from 'preact'
import type { Sort } from '../state/place.ts'
import { Icon } from './icons.tsx'

/** A column that a table can be sorted by. */
export interface SortColumn {
  readonly by: string
  readonly text: string
  /** What the column says, in words. */
  readonly hint: string
  readonly class?: string
  /** Text sorts from A first, figures from the largest. */
  readonly ascending?: boolean
}

interface SortHeaderProps {
  readonly column: SortColumn
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
}

/** A column head that sorts; pressed again it turns the order round. */
export function SortHeader({ column, sort, onSort }: SortHeaderProps): JSX.Element {
  const isSorted = sort.by === column.by
  const first = column.ascending !== true
  const order = isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'
  const press = (): void =>
    onSort({ by: column.by, descending: isSorted ? !sort.descending : first })
  return (
    <th scope="col" role="columnheader" aria-sort={order} class={column.class}>
      <button type="button" class="sort" title={column.hint} onClick={press}>
        {column.text}
        {isSorted && <Icon name={sort.descending ? 'down' : 'up'} />}
      </button>
    </th>
  )
}
