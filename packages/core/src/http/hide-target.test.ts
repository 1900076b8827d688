import { expect, it } from 'vitest'
import { hideTarget } from './hide-target.ts'

const hide = (req: object, keepPath: boolean) => hideTarget(req as never, keepPath)

it.each([
  [
    'Cannot GET /nowhere/bob?token=SECRET',
    'Cannot GET [path]?[query]',
    'Cannot GET /nowhere/bob?[query]',
  ],
  ['/nowhere/bob, twice /nowhere/bob', '[path], twice [path]', '/nowhere/bob, twice /nowhere/bob'],
  ['no such user', 'no such user', 'no such user'],
])('%j is kept as %j in production, and else as %j', (given, inProduction, else_) => {
  const req = { url: '/nowhere/bob?token=SECRET' }
  expect(hide(req, false)(given)).toBe(inProduction)
  expect(hide(req, true)(given)).toBe(else_)
})

it('the target is hidden in each way to write it, and as a router has shortened it', () => {
  const req = { originalUrl: '/api/b%C3%B6b/x+y?q=a+b%21', url: '/b%C3%B6b/x+y?q=a+b%21' }
  for (const text of ['/api/b%C3%B6b/x+y?q=a+b%21', '/api/böb/x+y?q=a+b!', '/böb/x y?q=a b!']) {
    expect(hide(req, false)(`no ${text}.`)).toBe('no [path]?[query].')
  }
})

it.each([
  ['open', '/srv/files/SECRET'],
  ['stat', "/srv/it's\n    at SECRET"],
  ['scandir', '/srv/SECRET/'],
])('the file that Node could not %s is hidden as a path is: %j', (call, path) => {
  const text = `ENOENT: no such file or directory, ${call} '${path}'`
  expect(hide({ url: '/files/1' }, false)(`Error: ${text}\n    at`)).toBe(
    `Error: ENOENT: no such file or directory, ${call} '[path]'\n    at`,
  )
  expect(hide({ url: '/files/1' }, true)(text)).toBe(text)
})

it("what only looks like a file is left alone, and what repeats Node's words is searched once", () => {
  const text = "EISDIR: illegal operation on a directory, read; I'd open 'x'"
  expect(hide({ url: '/files/1' }, false)(text)).toBe(text)
  const beganMs = performance.now()
  hide({ url: '/files/1' }, false)('EA: a, stat '.repeat(1e6))
  expect(performance.now() - beganMs).toBeLessThan(1000)
})

it('a target with a host loses also that, and the password in it', () => {
  const req = { url: 'http://me:pw@host/path?q' }
  expect(hide(req, true)('GET http://me:pw@host/path?q')).toBe('GET /path?[query]')
})

it('a slash alone, no query, and percent signs that are none are left alone', () => {
  expect(hide({ url: '/' }, false)('a/b?')).toBe('a/b?')
  expect(hide({ url: '/?' }, false)('a/b?')).toBe('a/b?')
  expect(hide({ url: '/%zz?%zz' }, false)('GET /%zz?%zz')).toBe('GET [path]?[query]')
  expect(hide({ url: '*' }, false)('2 * 3')).toBe('2 * 3')
  expect(hide({}, false)('text')).toBe('text')
})
