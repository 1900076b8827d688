/** Some samples in one row of a table. */
export interface TableRow {
  /** Of the last of the samples, epoch seconds. */
  readonly time: number
  /** By line; null where nothing was measured. */
  readonly lines: readonly { readonly mean: number | null; readonly max: number | null }[]
}

/** Columns as at most `maxRows` rows; each is of as many samples as the others. */
export function tabulate(
  times: readonly number[],
  columns: readonly (readonly (number | null)[])[],
  maxRows: number,
): readonly TableRow[] {
  const step = Math.max(1, Math.ceil(times.length / maxRows))
  const rows: TableRow[] = []
  for (let first = 0; first < times.length; first += step) {
    const end = Math.min(first + step, times.length)
    rows.push({
      time: times[end - 1] ?? 0,
      lines: columns.map((column) => summary(column.slice(first, end))),
    })
  }
  return rows
}

function summary(values: readonly (number | null)[]): TableRow['lines'][number] {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return { mean: null, max: null }
  return {
    mean: known.reduce((sum, value) => sum + value, 0) / known.length,
    max: Math.max(...known),
  }
}
