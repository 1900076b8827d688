import { expect, test } from 'vitest'
import type { RouteRow } from '@core/status/api-types.ts'
import { keepOrder, sortRoutes } from './order.ts'

function row(route: string, share: number, p95: number | null): RouteRow {
  return { method: 'GET', route, share, p95 } as RouteRow
}

const ROWS = [row('/a', 1, 0.5), row('/b', 61, null), row('/c', 19, 0.1), row('/d', 1, 0.2)]
const names = (rows: readonly RouteRow[]): string => rows.map(({ route }) => route).join('')

test('the costliest come first, equals by name', () => {
  expect(names(sortRoutes(ROWS, { by: 'share', descending: true }))).toBe('/b/c/a/d')
})

test('what has no figure is last in either direction', () => {
  expect(names(sortRoutes(ROWS, { by: 'p95', descending: true }))).toBe('/a/d/c/b')
  expect(names(sortRoutes(ROWS, { by: 'p95', descending: false }))).toBe('/c/d/a/b')
})

test('an unknown column is the share', () => {
  expect(names(sortRoutes(ROWS, { by: '__proto__', descending: true }))).toBe('/b/c/a/d')
})

test('while somebody looks the order stays, and new rows come last', () => {
  const rows = [row('/new', 99, 1), ...ROWS]
  expect(names(keepOrder(rows, ['GET /d', 'GET /a', 'GET /c', 'GET /b']))).toBe('/d/a/c/b/new')
})
