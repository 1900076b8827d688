import type { RouteRow } from '@core/status/api-types.ts'
import type { Sort } from '../state/place.ts'
import { sortRows } from '../state/sort-rows.ts'

const KEYS = ['route', 'rate', 'count', 'p50', 'p95', 'p99', 'max', 'errorRate', 'share'] as const

/** One string for a pair of method and route. */
export function routeKey({ method, route }: Pick<RouteRow, 'method' | 'route'>): string {
  return `${method} ${route}`
}

/** Routes in order; what has no figure comes last, whichever the direction. */
export function sortRoutes(rows: readonly RouteRow[], sort: Sort): readonly RouteRow[] {
  return sortRows(rows, sort, KEYS, 'share', routeKey)
}

/** The order that was, for as long as somebody looks closely; new rows go to the end. */
export function keepOrder(
  rows: readonly RouteRow[],
  order: readonly string[],
): readonly RouteRow[] {
  const places = new Map(order.map((key, i) => [key, i]))
  const placeOf = (row: RouteRow): number => places.get(routeKey(row)) ?? Infinity
  return rows.toSorted((a, b) => {
    const left = placeOf(a)
    const right = placeOf(b)
    return left === right ? 0 : left - right
  })
}
