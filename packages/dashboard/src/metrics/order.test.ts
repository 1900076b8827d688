import { expect, test } from 'vitest'
import type { MetricRow } from '@core/status/api-types.ts'
import { seriesKey, sortMetrics } from './order.ts'

function row(metric: string, queue: string | null, mean: number | null): MetricRow {
  return { metric, labels: queue === null ? {} : { queue }, mean } as unknown as MetricRow
}

const rows = [
  row('queue', 'print', 2),
  row('queue', 'mail', null),
  row('jobs', null, 9),
  row('queue', 'a', 2),
]

const order = (by: string, descending: boolean): string[] =>
  sortMetrics(rows, { by, descending }).map(seriesKey)

test('series are in the order of their names and labels', () => {
  const byName = ['jobs {}', 'queue {queue=a}', 'queue {queue=mail}', 'queue {queue=print}']
  expect(order('metric', false)).toEqual(byName)
  expect(order('no such column', false)).toEqual(byName)
})

test('a series without a figure comes last, whichever the direction', () => {
  expect(order('mean', true)).toEqual([
    'jobs {}',
    'queue {queue=a}',
    'queue {queue=print}',
    'queue {queue=mail}',
  ])
  expect(order('mean', false).at(-1)).toBe('queue {queue=mail}')
})
