import { describe, expect, it } from 'vitest'
import type { HttpRequest } from './http-adapter.ts'
import { ignoreRule } from './ignore-rule.ts'
import { pathOf } from './request-path.ts'

const asking = (url: string, originalUrl?: string): HttpRequest =>
  ({ url, ...(originalUrl !== undefined && { originalUrl }) }) as HttpRequest

describe('the path of a request', () => {
  it.each([
    ['/users/7', '/users/7'],
    ['/users/7?token=secret', '/users/7'],
    ['/?', '/'],
    ['*', '*'],
    ['http://me:secret@app.test/users/7?x', '/users/7'],
    ['HTTPS://me:secret@app.test', ''],
    ['/users/7#secret', '/users/7'],
    ['//me:secret@app.test/', '//me:secret@app.test/'],
    ['/caf\u00e9/long/enough/to/be/sliced?x', '/caf\u00e9/long/enough/to/be/sliced'],
  ])('%s is %s, without host, query and fragment', (url, path) => {
    expect(pathOf(asking(url))).toBe(path)
  })

  it('is what the client asked for, where a router has shortened it', () => {
    expect(pathOf(asking('/7', '/users/7?x'))).toBe('/users/7')
  })
})

describe('the rule of what is ignored', () => {
  it.each([
    ['/health', true],
    ['/health/live', true],
    ['/healthy', false],
    ['/', false],
  ])('%s is below /health: %s', (url, ignored) => {
    expect(ignoreRule(['/health/'])?.(asking(url))).toBe(ignored)
  })

  it('is none where nothing is', () => {
    expect([ignoreRule(undefined), ignoreRule([])]).toEqual([null, null])
  })
})
