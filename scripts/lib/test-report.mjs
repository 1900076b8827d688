/**
 * What is read of vitest's JSON report.
 *
 * @typedef {{ ancestorTitles: string[], status: string }} Assertion
 * @typedef {{ status: string, message?: string, assertionResults: Assertion[] }} FileResult
 * @typedef {{ testResults: FileResult[] }} Report
 */

/**
 * @param {Report} report
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countOf(report) {
  return tally(
    report.testResults.flatMap(({ status, assertionResults }) =>
      // A file that does not load, or fails in a hook, has no failed test to show for it.
      status === 'failed' && !assertionResults.some((each) => each.status === 'failed')
        ? [...assertionResults, { ancestorTitles: [], status: 'failed' }]
        : assertionResults,
    ),
  )
}

/**
 * A table with a row per outermost `describe` (a framework) and a column per report.
 *
 * @param {ReadonlyMap<string, Report>} reports by the heading of the column
 */
export function grid(reports) {
  const titles = [...reports.values()]
    .flatMap(assertions)
    .map(({ ancestorTitles }) => ancestorTitles[0] ?? '')
  const frameworks = [...new Set(titles)].toSorted()
  const rows = frameworks.map((framework) => [
    framework,
    ...[...reports.values()].map((report) =>
      cell(tally(assertions(report).filter((each) => each.ancestorTitles[0] === framework))),
    ),
  ])
  const table = [['', ...reports.keys()], ...rows]
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)))
  return table
    .map((row) => row.map((text, at) => text.padEnd(widths?.[at] ?? 0)).join('  '))
    .join('\n')
}

/**
 * The cells of the grid that say nothing: no report, no such framework in it, or no test that passed.
 *
 * @param {ReadonlyMap<string, Report>} reports by the heading of the column
 * @param {readonly string[]} columns
 * @param {readonly string[]} rows
 */
export function emptyCells(reports, columns, rows) {
  return columns.flatMap((column) => {
    const report = reports.get(column)
    const passed = new Set(
      (report === undefined ? [] : assertions(report))
        .filter(({ status }) => status === 'passed')
        .map(({ ancestorTitles }) => ancestorTitles[0]),
    )
    return rows.filter((row) => !passed.has(row)).map((row) => `${row} on ${column}`)
  })
}

/** @param {Report} report */
function assertions(report) {
  return report.testResults.flatMap(({ assertionResults }) => assertionResults)
}

/** @param {readonly Assertion[]} list */
function tally(list) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { status } of list) {
    if (status === 'passed' || status === 'failed') counts[status]++
    else counts.skipped++
  }
  return counts
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
function cell({ passed, failed, skipped }) {
  const parts = [
    `${passed} passed`,
    failed > 0 && `${failed} FAILED`,
    skipped && `${skipped} skipped`,
  ]
  return parts.filter(Boolean).join(', ')
}
