import { describe, expect, it } from 'vitest'
import { baseAddress, belowPath, normalPath } from './page-address.ts'

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
