import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { MtaioError } from '../errors.ts'
import { Log } from '../logger.ts'
import type { Alert } from './alert.ts'
import { AlertHandlers } from './alert-handlers.ts'
import { SelfCost } from './self-cost.ts'

function setUp() {
  const lines: string[] = []
  const cost = new SelfCost()
  const add = (message: string) => void lines.push(message)
  const handlers = new AlertHandlers(new Log({ warn: add, error: add }), cost)
  return { handlers, cost, lines }
}

function alert(id: string, given: Partial<Alert> = {}): Alert {
  return {
    id,
    metric: 'queue',
    labels: null,
    state: 'firing',
    value: 9,
    threshold: 5,
    since: 0,
    until: null,
    message: null,
    ...given,
  }
}

describe('AlertHandlers', () => {
  test('calls each in the async context that it was added in, not in that of who raises', () => {
    const { handlers } = setUp()
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    handlers.add(() => seen.push(storage.getStore()))
    storage.run('who adds', () => handlers.add(() => seen.push(storage.getStore())))
    storage.run('who raises', () => handlers.call(alert('1')))
    expect(seen).toEqual([undefined, 'who adds'])
  })

  test('calls each handler with metric, value, threshold and the alert', () => {
    const { handlers } = setUp()
    const calls: unknown[] = []
    handlers.add((...call) => calls.push(call))
    const given = alert('1')
    handlers.call(given)
    handlers.call(given, 3)
    expect(calls).toEqual([
      ['queue', 9, 5, given],
      ['queue', 3, 5, given],
    ])
  })

  test('gives NaN for what an alert raised by hand does not have', () => {
    const { handlers } = setUp()
    const calls: unknown[] = []
    handlers.add((_metric, value, threshold) => calls.push([value, threshold]))
    handlers.call(alert('1', { value: null, threshold: null }))
    expect(calls).toEqual([[NaN, NaN]])
  })

  test('goes on when one throws, rejects or answers with a broken thenable; counts all, logs once', async () => {
    const { handlers, cost, lines } = setUp()
    let reached = 0
    handlers.add(function throws() {
      throw new Error('sync')
    })
    handlers.add(async function rejects() {
      throw null
    })
    handlers.add(function broken() {
      // oxlint-disable-next-line unicorn/no-thenable -- a broken one is what is tested
      return Object.defineProperty({}, 'then', {
        get() {
          throw new Error('no then')
        },
      })
    })
    handlers.add(() => {
      reached++
    })
    for (let i = 0; i < 3; i++) {
      handlers.call(alert(String(i)))
      await nextTurn()
    }
    expect(reached).toBe(3)
    expect(cost.failedHandlers).toBe(9)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain('MTAIO_HANDLER_FAILED')
    expect(lines[0]).toContain('throws')
  })

  test('does not call a handler for an alert while an earlier call for it still runs', async () => {
    const { handlers, cost } = setUp()
    const running: (() => void)[] = []
    handlers.add(() => new Promise<void>((resolve) => running.push(resolve)))
    handlers.call(alert('1'))
    handlers.call(alert('1'))
    handlers.call(alert('2'))
    expect(running).toHaveLength(2)
    expect(cost.skippedCalls).toBe(1)
    running[0]?.()
    await nextTurn()
    handlers.call(alert('1'))
    expect(running).toHaveLength(3)
  })

  test('bounds what a handler that never settles can pile up', () => {
    const { handlers, cost } = setUp()
    let calls = 0
    handlers.add(() => {
      calls++
      return new Promise(() => {})
    })
    for (let i = 0; i < 1000; i++) handlers.call(alert(String(i)))
    expect(calls).toBe(100)
    expect(cost.skippedCalls).toBe(900)
  })

  test('does not tell a handler of the alerts that it raises itself; others are told', () => {
    const { handlers, cost } = setUp()
    const told: string[] = []
    let raised = 0
    const raise = (): void => handlers.call(alert(`raised ${++raised}`))
    handlers.add((_metric, _value, _threshold, { id }) => {
      told.push(`first: ${id}`)
      raise()
    })
    handlers.add((_metric, _value, _threshold, { id }) => {
      told.push(`second: ${id}`)
      raise()
    })
    handlers.call(alert('x'))
    expect(told).toEqual(['first: x', 'second: raised 1', 'second: x', 'first: raised 3'])
    expect(cost.skippedCalls).toBe(6)
    told.length = 0
    handlers.call(alert('y'))
    expect(told[0]).toBe('first: y')
  })

  test('takes a handler once, and can take it away', () => {
    const { handlers } = setUp()
    let calls = 0
    const handler = () => ++calls
    handlers.add(handler)
    handlers.add(handler)
    handlers.call(alert('1'))
    expect(calls).toBe(1)
    expect(handlers.remove(handler)).toBe(true)
    expect(handlers.remove(handler)).toBe(false)
    handlers.call(alert('1'))
    expect(calls).toBe(1)
  })

  test('says what to do when a handler is no function', () => {
    expect(() => setUp().handlers.add('mail' as never)).toThrow(MtaioError)
  })
})
