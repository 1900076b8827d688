import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Query, QueryError } from './query.ts'

describe('a query', () => {
  it('gives what is asked for, and what is meant where nothing is said', () => {
    const query = new Query('limit=7&view=b&status=5xx&route=%2Fa%20b', [
      'limit',
      'view',
      'status',
      'route',
    ])
    expect(query.wholeNumber('limit', 1, 10)).toBe(7)
    expect(query.oneOf('view', ['a', 'b'], 'a')).toBe('b')
    expect(query.status('status')).toBe('5xx')
    expect(query.required('route')).toBe('/a b')
    const empty = new Query('', ['limit', 'view', 'status', 'route'])
    expect(empty.wholeNumber('limit', 1, 10)).toBe(1)
    expect(empty.oneOf('view', ['a', 'b'], 'a')).toBe('a')
    expect([empty.status('status'), empty.text('route')]).toEqual([null, null])
    expect(() => empty.required('route')).toThrow('Parameter route is missing.')
  })

  it('of any text at all is a number within its bounds or an error that quotes little of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String)),
        (text) => {
          const search = `limit=${encodeURIComponent(text.toWellFormed())}`
          let value: number
          try {
            value = new Query(search, ['limit']).wholeNumber('limit', 50, 1000)
          } catch (error) {
            expect(error).toBeInstanceOf(QueryError)
            expect((error as Error).message.length).toBeLessThan(400)
            return
          }
          expect(text).toMatch(/^0*\d{1,4}$/)
          expect(value).toBe(Number(text))
          expect(value >= 1 && value <= 1000).toBe(true)
        },
      ),
      { seed: 1, numRuns: 500 },
    )
  })

  it('with a name that is not known, or one twice, is an error', () => {
    expect(() => new Query('days=7', ['limit'])).toThrow(
      'Unknown parameter "days". Known here: limit.',
    )
    expect(() => new Query('x', [])).toThrow('Unknown parameter "x". There are none here.')
    expect(() => new Query('limit=1&limit=2', ['limit'])).toThrow('more than once')
  })
})
