import type { Sort } from './place.ts'

/**
 * Rows by one of their figures; what has no figure comes last, whichever the direction. Equal ones
 * are in the order of their names.
 *
 * @param keys What can be sorted by; anything else in the address is taken as `otherwise`.
 */
export function sortRows<Key extends string, Row extends Record<Key, string | number | null>>(
  rows: readonly Row[],
  sort: Sort,
  keys: readonly Key[],
  otherwise: NoInfer<Key>,
  nameOf: (row: Row) => string,
): readonly Row[] {
  const key = keys.find((known) => known === sort.by) ?? otherwise
  const sign = sort.descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const left = a[key]
    const right = b[key]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    if (left !== right) return (left < right ? -1 : 1) * sign
    return nameOf(a) < nameOf(b) ? -1 : 1
  })
}
