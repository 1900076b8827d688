import { describe, expect, it } from 'vitest'
import { baseAddress, belowPath, normalPath, placeBelow } from './page-address.ts'

describe('the base of the page', () => {
  it.each(['', '/', '//', '/r/00ff', '/r/00ff/', '//r/00ff', '/r//00ff//'])(
    'leads from %j to the mount path, behind any prefix',
    (below) => {
      const address = new URL(`https://example.test/prefix/_monitor${below}`)
      const resolved = new URL(`${baseAddress('/_monitor', below)}api/snapshot`, address)
      // Slashes that are there more than once stay; the handler does not mind them.
      expect(normalPath(resolved.pathname)).toBe('prefix/_monitor/api/snapshot')
    },
  )

  it('cannot leave its attribute', () => {
    expect(baseAddress('/"><script>', '')).toBe('%22%3E%3Cscript%3E/')
  })
})

describe('what is below the path', () => {
  it.each([
    ['/_monitor', ''],
    ['/_monitor/', '/'],
    ['/_monitor?a=b', '?a=b'],
    ['/_monitor/api?x', '/api?x'],
    ['/_monitors', null],
    ['/_monitor%2fapi', null],
    ['/_Monitor', null],
    ['/x/_monitor', null],
    ['//_monitor', null],
    ['http://localhost/_monitor', null],
    ['', null],
  ])('%j is %j', (target, below) => {
    expect(belowPath('/_monitor', target)).toBe(below)
  })
})

describe('the place that a sign-in leads back to', () => {
  it('has all that the page writes into its address, and nothing else', () => {
    const names = 'range from to sort psort msort find of route view method status least text'
    const query = names.split(' ').map((name) => `${name}=%3C+%26${name}`)
    expect(placeBelow(`?${query.join('&')}`)).toBe(`?${query.join('&')}`)
    expect(placeBelow(`r/00ff?${query.join('&')}&token=s3cret&x=1`)).toBe(
      `r/00ff?${query.join('&')}`,
    )
    for (const other of ['', '?', '?token=s3cret', 'r/..', '//evil.test', '\\evil?x=1']) {
      expect(placeBelow(other)).toBe('')
    }
  })
})
