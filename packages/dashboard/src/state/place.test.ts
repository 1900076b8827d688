import { expect, test } from 'vitest'
import type { Place } from './place.ts'
import { HOME, parsePlace, placeAddress } from './place.ts'

function back(place: Place): Place {
  const url = new URL(placeAddress(place), 'http://host/_monitor/')
  return parsePlace(url.pathname.slice('/_monitor/'.length), url.search)
}

test('the first place has an address without a query', () => {
  expect(placeAddress(HOME)).toBe('')
  expect(back(HOME)).toEqual(HOME)
})

test('every choice survives its address', () => {
  const place: Place = {
    range: 3600,
    selection: { from: 1_795_350_000.5, to: 1_795_350_060 },
    routeSort: { by: 'p95', descending: false },
    profileSort: { by: 'name', descending: true },
    metricSort: { by: 'p95', descending: true },
    find: 'a b&c',
    route: { method: 'GET', pattern: '/<img src=x>/:id?x=1#y' },
    view: 'errors',
    method: 'POST',
    status: '5xx',
    least: 0.5,
    text: 'größer €',
    request: 'a/b c',
  }
  expect(back(place)).toEqual(place)
  // Who has to sign in first comes back to these: they stand in page-address.ts of core, too.
  const names = new URLSearchParams(placeAddress(place).split('?')[1]).keys()
  expect([...names].join(' ')).toBe(
    'range from to sort psort msort find of route view method status least text',
  )
})

test('what makes no sense is left out', () => {
  const place = parsePlace('r/%zz', '?range=7&from=9&to=3&least=-1&view=x&sort=%3Cscript%3E')
  expect(place).toEqual({ ...HOME, request: '%zz' })
  expect(parsePlace('', '?least=Infinity&from=NaN&to=2')).toEqual(HOME)
})
