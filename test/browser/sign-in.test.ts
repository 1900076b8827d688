import { expect, test } from 'vitest'
import { placeBelow } from '../../packages/core/src/status/sign-in.ts'
import type { Place } from '../../packages/dashboard/src/state/place.ts'
import { placeAddress } from '../../packages/dashboard/src/state/place.ts'

const ALL: Place = {
  range: 3600,
  selection: { from: 1_700_000_000.5, to: 1_700_000_060 },
  routeSort: { by: 'p95', descending: true },
  profileSort: { by: 'name', descending: false },
  metricSort: { by: 'last', descending: true },
  find: 'a&b="<>',
  route: { method: 'GET', pattern: '/users/:id' },
  view: 'errors',
  method: 'POST',
  status: '5xx',
  least: 0.5,
  text: "it's ü",
  request: '00ff',
}

test('who signs in comes back to all that was chosen on the page', () => {
  const address = placeAddress(ALL)
  expect(new URLSearchParams(address.split('?')[1]).size).toBe(14)
  expect(placeBelow(address)).toBe(address)
})
