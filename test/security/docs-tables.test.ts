import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERRORS, LIMITS } from '@mtaio/core'

/** The rows of the table that follows a marker, as texts of their cells. */
function tableAfter(file: string, marker: string): string[][] {
  const text = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')
  const [, table = ''] = text.split(`<!-- ${marker} -->`)
  const rows = table.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
}

describe('docs/limits.md', () => {
  it('has every limit with its default, what it bounds and its cost, and no other', () => {
    const limits = Object.entries(LIMITS).map(([name, limit]) => [
      name,
      String(limit.default),
      limit.bounds.replaceAll('`', ''),
      limit.cost,
    ])
    expect(tableAfter('limits.md', 'limits')).toEqual(limits)
  })
})

describe('docs/errors.md', () => {
  it('has every code with its meaning, and no other', () => {
    const codes = tableAfter('errors.md', 'errors').map(([code, meaning]) => [code, meaning])
    expect(codes).toEqual(Object.entries(ERRORS))
  })
})
