import { describe, expect, it } from 'vitest'
import { ExampleBudget, ExampleRequests } from './example-requests.ts'
import type { RequestTrace } from './request-trace.ts'

const endedAt = (endMs: number): RequestTrace => ({ endMs }) as RequestTrace

describe('the examples of a route', () => {
  it('are one of each band of latency and second', () => {
    const examples = new ExampleRequests(new ExampleBudget(10))
    expect(examples.wants(5, 1000)).toBe(true)
    examples.add(5, endedAt(1000), 1000)
    expect(examples.wants(5, 1999)).toBe(false)
    expect(examples.wants(50, 1999)).toBe(true)
    expect(examples.wants(5, 2000)).toBe(true)
  })

  it('want no more than one a second of each band where there is no room, either', () => {
    const budget = new ExampleBudget(0)
    const examples = new ExampleRequests(budget)
    examples.add(5, endedAt(1000), 1000)
    expect(examples.wants(5, 1500)).toBe(false)
    expect(budget).toMatchObject({ used: 0, cut: 1 })
  })

  it('give their room back when they are old', () => {
    const budget = new ExampleBudget(1)
    const examples = new ExampleRequests(budget)
    examples.add(5, endedAt(0), 0)
    examples.expire(3_600_000)
    expect([...examples]).toEqual([])
    expect(budget.used).toBe(0)
    const next = endedAt(3_600_000)
    examples.add(5, next, 3_600_000)
    expect([...examples]).toEqual([next])
  })
})
